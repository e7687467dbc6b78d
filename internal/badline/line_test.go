package badline

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newLine is a link to a server that sends back what it gets.
func newLine(t *testing.T, state State) *Line {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			}()
		}
	}()
	k, err := New(7)
	if err != nil {
		t.Fatal(err)
	}
	k.Set(state, server.Addr().String())
	t.Cleanup(func() {
		k.Close()
		server.Close()
		<-ended
	})
	return k
}

func dial(t *testing.T, k *Line) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", k.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

// text is a message whose every part differs from the others.
func text(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return b
}

func TestGoodLinkPassesEverything(t *testing.T) {
	k, sent := newLine(t, Good), text(200_000)
	c := dial(t, k)
	go func() {
		_, _ = c.Write(sent)
		_ = c.CloseWrite()
	}()
	back, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(back, sent) {
		t.Fatalf("%d of %d bytes came back: %v", len(back), len(sent), err)
	}
	if got, want := k.Bytes.Load(), int64(2*len(sent)); got != want {
		t.Errorf("counted %d bytes, %d went both ways", got, want)
	}
	if k.Cuts.Load() != 0 {
		t.Error("a good line was cut")
	}
}

func TestLinkThatIsDownCarriesNothing(t *testing.T) {
	k := newLine(t, Good)
	open := dial(t, k)
	if _, err := open.Write([]byte("before")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(open, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	for k.Bytes.Load() < 12 { // the line counts what it has passed on
		time.Sleep(time.Millisecond)
	}
	before := k.Bytes.Load()
	k.Set(Down, "")
	for _, c := range []net.Conn{open, dial(t, k)} { // one from before, one new
		_, _ = c.Write([]byte("lost"))
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("a line that is down answered %d bytes", n)
		}
	}
	if k.Bytes.Load() != before {
		t.Error("a line that is down carried bytes")
	}
}

// A bad line cuts every connection that asks much of it; what came through
// before is whole and in order, never garbled.
func TestBadLinkCutsAndNeverGarbles(t *testing.T) {
	k, sent := newLine(t, Bad), text(64_000)
	const calls = 4
	for i := range calls {
		c := dial(t, k)
		go func() { _, _ = c.Write(sent) }()
		back, err := io.ReadAll(c)
		if len(back) == len(sent) {
			t.Fatalf("call %d came through whole: %v", i, err)
		}
		if !bytes.HasPrefix(sent, back) {
			t.Fatalf("call %d came back garbled", i)
		}
		c.Close()
	}
	if got := k.Cuts.Load(); got != calls {
		t.Errorf("%d cuts in %d calls", got, calls)
	}
}
