package county

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fieldkit/internal/report"
	"fieldkit/internal/rpc"
)

// The console is how the command line asks a running server: a database has one
// writer. It listens on loopback alone, and answers who can read consoleFile, which
// lies beside the county's keys and is its owner's alone.
type console struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

const consoleFile = "console.json"

// openConsole serves the console until stop is called.
func (c *County) openConsole() (stop func(), err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the command line: %w", err)
	}
	here := console{Address: l.Addr().String(), Token: base64.RawURLEncoding.EncodeToString(raw)}
	path := filepath.Join(c.dir, consoleFile)
	err = writeWhole(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(here) })
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("tell the command line where the server is: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /report", c.consoleReport)
	mux.HandleFunc("POST /ledger/{code}", c.consoleLedger)
	want := []byte("Bearer " + here.Token)
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
				http.Error(w, "not from this machine's command line", http.StatusForbidden)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, maxRPC)
			mux.ServeHTTP(w, r)
		})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			c.log.Error("serve the command line", "err", err)
		}
	}()
	return func() {
		if err := os.Remove(path); err != nil {
			c.log.Warn("take back the command line's address", "err", err)
		}
		closing, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if server.Shutdown(closing) != nil {
			server.Close() // a ledger that is being written is cut; the command line says so
		}
		<-served
	}, nil
}

// readOrder takes the body of a console's request.
func readOrder(w http.ResponseWriter, r *http.Request) (o ReportOrder, ok bool) {
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, "no order", http.StatusBadRequest)
		return o, false
	}
	return o, true
}

func (c *County) consoleFail(w http.ResponseWriter, what string, err error) {
	var user *rpc.UserError
	if errors.As(err, &user) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(user) // the command line may be gone
		return
	}
	c.log.Error("command line", "what", what, "err", err)
	http.Error(w, "see the server's log", http.StatusInternalServerError)
}

func (c *County) consoleReport(w http.ResponseWriter, r *http.Request) {
	o, ok := readOrder(w, r)
	if !ok {
		return
	}
	raw, err := c.orderedReport(r.Context(), o)
	if err != nil {
		c.consoleFail(w, "report", err)
		return
	}
	w.Header().Set("Content-Type", docxType)
	if _, err := w.Write(raw); err != nil {
		c.log.Debug("command line: gone", "err", err)
	}
}

func (c *County) consoleLedger(w http.ResponseWriter, r *http.Request) {
	o, ok := readOrder(w, r)
	if !ok {
		return
	}
	out := &startedWriter{w: w}
	err := c.orderedLedger(r.Context(), o, r.PathValue("code"), out)
	switch {
	case err == nil:
	case out.started:
		c.log.Error("command line", "what", r.PathValue("code"), "err", err)
		panic(http.ErrAbortHandler) // a file cut short must not look whole
	default:
		c.consoleFail(w, "ledger", err)
	}
}

// startedWriter knows whether an answer has begun.
type startedWriter struct {
	w       http.ResponseWriter
	started bool
}

func (s *startedWriter) Write(p []byte) (int, error) {
	if !s.started {
		s.started = true
		s.w.Header().Set("Content-Type", xlsxType)
	}
	return s.w.Write(p)
}

// OrderReport writes a report and ledgers as WriteReport does, made by the server that
// has the county in dir open. ErrInUse: whatever has it open does not answer.
func OrderReport(ctx context.Context, dir string, o ReportOrder) ([]string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, consoleFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	var there console
	if err := json.Unmarshal(raw, &there); err != nil {
		return nil, fmt.Errorf("ask the running server: %s is damaged: %w", consoleFile, err)
	}
	return writeFiles(ctx, there, o)
}

// ask sends an order and copies the answer.
func (there console) ask(ctx context.Context, path string, o ReportOrder, to io.Writer) error {
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+there.Address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+there.Token)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("ask the running server: %w", errors.Join(ErrInUse, err))
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		_, err := io.Copy(to, response.Body)
		return err
	case http.StatusUnprocessableEntity:
		user := &rpc.UserError{}
		if err := json.NewDecoder(response.Body).Decode(user); err != nil {
			return err
		}
		return user
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 200)) // as much as there is
	return fmt.Errorf("the running server answers %s: %s", response.Status, strings.TrimSpace(string(said)))
}

func (there console) orderedReport(ctx context.Context, o ReportOrder) ([]byte, error) {
	var b bytes.Buffer
	err := there.ask(ctx, "/report", o, &b)
	return b.Bytes(), err
}

func (there console) orderedLedger(ctx context.Context, o ReportOrder, code string, w io.Writer) error {
	return there.ask(ctx, "/ledger/"+code, o, w)
}

// maker makes what an order asks for: a county that is open here, or the server that has it open.
type maker interface {
	orderedReport(ctx context.Context, o ReportOrder) ([]byte, error)
	orderedLedger(ctx context.Context, o ReportOrder, code string, w io.Writer) error
}

// writeFiles writes an order's files. A file appears only when it is whole.
func writeFiles(ctx context.Context, by maker, o ReportOrder) ([]string, error) {
	raw, err := by.orderedReport(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := writeWhole(o.Out, func(w io.Writer) error { _, err := w.Write(raw); return err }); err != nil {
		return nil, err
	}
	files := []string{o.Out}
	if o.Ledgers == "" {
		return files, nil
	}
	if err := os.MkdirAll(o.Ledgers, 0o700); err != nil {
		return files, fmt.Errorf("make the ledgers' directory: %w", err)
	}
	for _, code := range report.LedgerCodes {
		path := filepath.Join(o.Ledgers, report.LedgerFile(code, o.From, o.To))
		if err := writeWhole(path, func(w io.Writer) error { return by.orderedLedger(ctx, o, code, w) }); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}
