package shell

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// A kit that is open can be asked to come to the front by the same person's second
// start, in window and browser alike: it listens on loopback for who can read doorFile,
// which lies beside the data and is its owner's alone. It tells nothing and does nothing
// else, and the address of the screens never leaves it. Wails' own lock would find a
// window only, and on Debian needs a session bus.
type door struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

const doorFile = "open.json"

// openDoor calls show at each knock, until it is closed.
func openDoor(dir string, show func()) (shut func(), err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a second start: %w", err)
	}
	here := door{Address: l.Addr().String(), Token: hex.EncodeToString(raw)}
	path := filepath.Join(dir, doorFile)
	if err := here.write(path); err != nil {
		l.Close()
		return nil, fmt.Errorf("tell a second start where this one is: %w", err)
	}
	want := []byte("Bearer " + here.Token)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 4 << 10, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "not the one who opened this", http.StatusForbidden)
			return
		}
		show()
		w.WriteHeader(http.StatusNoContent)
	})}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }() // it ends with Close
	return func() {
		_ = os.Remove(path) // a stale one leads nowhere
		_ = server.Close()
		<-served
	}, nil
}

// write leaves the file whole, and readable by its owner alone.
func (d door) write(path string) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(fresh, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

// Knock asks the kit that has dir open to come to the front. An error means that nobody
// answered; the person has to find it.
func Knock(ctx context.Context, dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, doorFile))
	if err != nil {
		return fmt.Errorf("find the open kit: %w", err)
	}
	var d door
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("find the open kit: %w", err)
	}
	if err := CheckLoopback(d.Address); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.Address+"/", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+d.Token)
	letInFront()
	direct := &http.Transport{} // no proxy stands between this machine and itself
	defer direct.CloseIdleConnections()
	response, err := direct.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("knock at the open kit: %w", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		return fmt.Errorf("knock at the open kit: %s", response.Status)
	}
	return nil
}
