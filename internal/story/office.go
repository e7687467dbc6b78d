package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"
)

// office is a clerk at the dashboard: its calls are those of the pages.
type office struct {
	base string
	http *http.Client
}

// signIn opens a session at the dashboard.
func (w *World) signIn(ctx context.Context) (*office, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	o := &office{base: w.Dashboard, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	return o, o.call(ctx, nil, "County/Login", "admin", Password)
}

// call calls a service with its arguments in order.
func (o *office) call(ctx context.Context, out any, method string, args ...any) error {
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	rq, err := http.NewRequestWithContext(ctx, http.MethodPost, o.base+"/rpc/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	rq.Header.Set("Content-Type", "application/json")
	rq.Header.Set("X-Fieldkit", "1")
	rs, err := o.http.Do(rq)
	if err != nil {
		return err
	}
	defer rs.Body.Close()
	raw, err := io.ReadAll(rs.Body)
	if err != nil {
		return err
	}
	if rs.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", method, rs.Status, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}

func (o *office) close() { o.http.CloseIdleConnections() }
