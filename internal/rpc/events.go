package rpc

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Events passes events from services to every screen that listens. A screen
// that is too slow loses events, not the program its pace: an event only says
// "look again". What it lost it is told as the event "behind".
type Events struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	hooks     []func(name string, payload any)
	closed    chan struct{}
}

type listener struct {
	messages chan []byte
	behind   atomic.Bool // a message found no room
}

// NewEvents makes a hub without listeners.
func NewEvents() *Events {
	return &Events{listeners: map[*listener]bool{}, closed: make(chan struct{})}
}

// Hook calls fn on every event, on the publisher's goroutine: how the desktop
// window hears of them.
func (e *Events) Hook(fn func(name string, payload any)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hooks = append(e.hooks, fn)
}

// Publish tells every listener.
func (e *Events) Publish(name string, payload any) {
	data, err := json.Marshal(payload)
	if err != nil {
		return // a payload is a plain struct of this program
	}
	message := fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, data)
	e.mu.Lock()
	hooks := e.hooks
	for l := range e.listeners {
		select {
		case l.messages <- message:
		default:
			l.behind.Store(true)
		}
	}
	e.mu.Unlock()
	for _, hook := range hooks {
		hook(name, payload)
	}
}

// Close ends every listener's connection.
func (e *Events) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-e.closed:
	default:
		close(e.closed)
	}
}

// ServeHTTP streams events (WHATWG server-sent events) until the client leaves.
func (e *Events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Time{}) // a stream has none
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	l := &listener{messages: make(chan []byte, 64)}
	e.mu.Lock()
	e.listeners[l] = true
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		delete(e.listeners, l)
		e.mu.Unlock()
	}()
	alive := time.NewTicker(20 * time.Second)
	defer alive.Stop()
	message := []byte(": hello\n\n")
	for {
		if _, err := w.Write(message); err != nil {
			return
		}
		if err := c.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-e.closed:
			return
		case message = <-l.messages:
			if len(l.messages) == 0 && l.behind.CompareAndSwap(true, false) {
				message = append(slices.Clip(message), "event: behind\ndata: {}\n\n"...)
			}
		case <-alive.C:
			message = []byte(": alive\n\n")
		}
	}
}
