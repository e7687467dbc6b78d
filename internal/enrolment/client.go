package enrolment

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// Request is what a kit tells about itself. Sign makes the proof of possession
// with the device's private key; it is crypto.Signer's job done by whoever
// keeps the key, so that the key need not leave it.
type Request struct {
	DeviceID  schema.ID
	PublicKey ed25519.PublicKey
	Sign      func(message []byte) []byte // Ed25519 over the message
	Label     string                      // at most MaxLabel characters; "" takes the office's suggestion
	Version   string                      // of this program

	// HTTP, when set, makes the connections; its TLS configuration is
	// replaced by the pinned one. Tests and the demo's bad link use it.
	HTTP *http.Transport
}

// perAddress bounds one address of a code: a dead one must not hide a live one.
const perAddress = 20 * time.Second

// Join takes the code to the county and returns what the county granted. Each
// address is tried in turn. It may be repeated: a code whose answer was lost
// on the way is still good for the same device and key. Errors are *Error.
func Join(ctx context.Context, code Code, r Request) (Grant, error) {
	if err := code.Validate(); err != nil {
		return Grant{}, &Error{Reason: Incomplete, Err: err}
	}
	wire := wireRequest{
		Realm: code.Realm, Secret: code.Secret, Device: r.DeviceID,
		PublicKey: r.PublicKey, Label: r.Label, Version: r.Version,
	}
	wire.Signature = r.Sign(wire.signed())
	if _, err := wire.check(); err != nil {
		return Grant{}, &Error{Reason: BadRequest, Err: err}
	}
	body, err := json.Marshal(wire)
	if err != nil {
		return Grant{}, &Error{Reason: BadRequest, Err: err}
	}
	client := pinnedClient(code.Pin, r.HTTP)
	defer client.CloseIdleConnections()

	var worst *Error
	for _, address := range code.Addresses {
		grant, failure := post(ctx, client, address, body)
		if failure == nil {
			if grant.Realm != code.Realm {
				return Grant{}, &Error{Reason: OtherCounty}
			}
			if grant.Device != r.DeviceID {
				return Grant{}, &Error{Reason: ServerError, Err: errors.New("granted to another device")}
			}
			grant.Address, grant.Pin = address, code.Pin
			return grant, nil
		}
		if ctx.Err() != nil {
			return Grant{}, &Error{Reason: Unreachable, Err: ctx.Err()}
		}
		switch failure.Reason {
		case Unreachable, Portal, WrongServer: // another address may still be the county
			if worst == nil || worst.Reason == Unreachable {
				worst = failure
			}
		default:
			return Grant{}, failure
		}
	}
	return Grant{}, worst
}

func pinnedClient(pin []byte, base *http.Transport) *http.Client {
	if base == nil {
		base = &http.Transport{Proxy: http.ProxyFromEnvironment}
	}
	t := base.Clone()
	t.TLSClientConfig = transport.PinnedTLS(pin)
	t.TLSHandshakeTimeout = perAddress
	t.ResponseHeaderTimeout = perAddress
	t.ForceAttemptHTTP2 = false
	t.DisableCompression = true
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func post(ctx context.Context, client *http.Client, address string, body []byte) (Grant, *Error) {
	ctx, cancel := context.WithTimeout(ctx, perAddress)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+Path, bytes.NewReader(body))
	if err != nil {
		return Grant{}, &Error{Reason: Incomplete, Err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		if errors.Is(err, transport.ErrPin) {
			return Grant{}, &Error{Reason: WrongServer, Err: err}
		}
		return Grant{}, &Error{Reason: Unreachable, Err: fmt.Errorf("enrol at %s: %w", address, err)}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, MaxBody+1))
	if err != nil {
		return Grant{}, &Error{Reason: Unreachable, Err: fmt.Errorf("read the answer of %s: %w", address, err)}
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "application/json" || len(answer) > MaxBody {
		return Grant{}, &Error{Reason: Portal, Err: fmt.Errorf("%s answered %s with %q", address, response.Status, kind)}
	}
	if response.StatusCode == http.StatusOK {
		var grant Grant
		if err := json.Unmarshal(answer, &grant); err != nil {
			return Grant{}, &Error{Reason: Portal, Err: err}
		}
		return grant, nil
	}
	var refusal Refusal
	if err := json.Unmarshal(answer, &refusal); err != nil || refusal.Code == "" {
		return Grant{}, &Error{Reason: Portal, Err: fmt.Errorf("%s answered %s", address, response.Status)}
	}
	return Grant{}, &Error{Reason: refusal.Code, RetryAfter: refusal.RetryAfter}
}
