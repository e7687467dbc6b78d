package rpc

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A screen that could not keep up is told so once it has caught up: then it looks at
// everything again.
func TestASlowScreenIsToldThatItIsBehind(t *testing.T) {
	e := NewEvents()
	l := &listener{messages: make(chan []byte, 64)}
	e.listeners[l] = true
	for range cap(l.messages) + 1 { // one more than there is room for
		e.Publish("changed", map[string]int{})
	}
	if !l.behind.Load() {
		t.Fatal("an event was lost unnoticed")
	}
	e.listeners = map[*listener]bool{}

	// Over the line: a stream that nobody reads until the kernel's buffers are full.
	server := httptest.NewServer(e)
	defer server.Close()
	defer e.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != ": hello" {
		t.Fatalf("the stream begins with %q", lines.Text())
	}
	long := strings.Repeat("x", 200_000)
	for range 1000 {
		e.Publish("sync", long)
	}
	for lines.Scan() {
		if lines.Text() == "event: behind" {
			return
		}
	}
	t.Fatal("the screen never heard that it missed something", lines.Err())
}
