package enrolment

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// Handler is the county's half of the exchange: it reads and verifies the
// request and lets admit decide. An *Error from admit is told to the kit by its
// reason; any other error becomes ServerError, whose cause stays on the server.
func Handler(admit func(ctx context.Context, r *http.Request, a Application) (Grant, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		grant, err := func() (Grant, error) {
			if r.Method != http.MethodPost {
				return Grant{}, &Error{Reason: BadRequest}
			}
			if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
				return Grant{}, &Error{Reason: BadRequest}
			}
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
			if err != nil {
				return Grant{}, &Error{Reason: BadRequest, Err: err}
			}
			var wire wireRequest
			if err := json.Unmarshal(body, &wire); err != nil {
				return Grant{}, &Error{Reason: BadRequest, Err: err}
			}
			application, err := wire.check()
			if err != nil {
				return Grant{}, &Error{Reason: BadRequest, Err: err}
			}
			return admit(r.Context(), r, application)
		}()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err == nil {
			writeJSON(w, http.StatusOK, grant)
			return
		}
		refusal := Refusal{Code: ServerError}
		var e *Error
		if errors.As(err, &e) {
			refusal = Refusal{Code: e.Reason, RetryAfter: e.RetryAfter}
		}
		status := http.StatusForbidden
		switch refusal.Code {
		case BadRequest:
			status = http.StatusBadRequest
		case TooOften:
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", strconv.Itoa(max(refusal.RetryAfter, 1)))
		case ServerError:
			status = http.StatusInternalServerError
		}
		writeJSON(w, status, refusal)
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"code":"server_error"}`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone: it will ask again
}
