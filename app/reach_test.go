package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fieldkit/sync/transport"
)

// The address that answers is asked first; where none does, the first is tried as patiently
// as one that is known alone.
func TestReachable(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	listen := func() (string, net.Listener) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return "https://" + l.Addr().String(), l
	}
	one, _ := listen()
	two, _ := listen()
	dead, l := listen()
	l.Close()
	gone, l := listen()
	l.Close()
	for _, c := range []struct{ known, want []string }{
		{[]string{one}, []string{one}},
		{[]string{dead}, []string{dead}},
		{[]string{one, two}, []string{one, two}},
		{[]string{dead, two}, []string{two, dead}},
		{[]string{dead, gone, two, one}, []string{two, dead, gone, one}},
		{[]string{dead, gone}, []string{dead}},
		{[]string{"https://[bad", two}, []string{two, "https://[bad"}},
		{nil, nil},
	} {
		began := time.Now()
		if got := reachable(t.Context(), c.known); !slices.Equal(got, c.want) {
			t.Errorf("of %v it asks %v, not %v", c.known, got, c.want)
		}
		if took := time.Since(began); took > answerWithin/2 {
			t.Errorf("%v took %s: an address that refuses is waited for", c.known, took)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := reachable(ended, []string{dead, two}); !slices.Equal(got, []string{dead}) {
		t.Errorf("after the end it asks %v", got)
	}
}

// Who answers is told by its key alone.
func TestAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n\r\nplease log in\r\n"))
			c.Close()
		}
	}()
	address := "https://" + l.Addr().String()
	if err := answers(t.Context(), address, make([]byte, 32)); err == nil || errors.Is(err, transport.ErrPin) {
		t.Errorf("a page that speaks no TLS: %v", err)
	}
	l.Close()
	if err := answers(t.Context(), address, make([]byte, 32)); err == nil {
		t.Error("nobody is there, and it answered")
	}
}
