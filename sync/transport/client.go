package transport

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Why a sync ended early. Nothing that was acknowledged is lost by any of them;
// what was cut is resumed by the next Sync.
var (
	// ErrUnreachable: no answer. Try again later.
	ErrUnreachable = errors.New("the county's server cannot be reached")
	// ErrPortal: a web page answered instead: the network wants a login.
	ErrPortal = errors.New("the network answers with a page of its own")
	// ErrUnauthorized: the county does not know this device or has revoked it; see RefusedError.
	ErrUnauthorized = errors.New("the county refuses this device")
	// ErrProtocol: the answer is not one of this protocol.
	ErrProtocol = errors.New("the answer is not understood")
	// ErrBusy: the county asks to come back later.
	ErrBusy = errors.New("the county's server is busy")
	// ErrRealm: another county answered.
	ErrRealm = errors.New("another county answered")
)

// RefusedError carries the county's reason. It is an ErrUnauthorized.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return ErrUnauthorized.Error() + ": " + e.Reason }

// Is makes errors.Is(err, ErrUnauthorized) hold.
func (e *RefusedError) Is(target error) bool { return target == ErrUnauthorized }

// Peer is where a client syncs with.
type Peer struct {
	URL string // base, "https://10.0.0.1:8443"
	Pin []byte // of the server's key; nil for plain HTTP on loopback
}

// ClientOptions are all optional.
type ClientOptions struct {
	Version string // of this software, told to the county
	Log     *slog.Logger
	// Dial replaces the dialer, for tests and links of other kinds.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Stall is how long a request may bring no byte before it is given up and
	// resumed; 20 s when zero.
	Stall time.Duration
	// Retries is how many requests in a row may fail without any progress before
	// Sync gives up; 4 when zero.
	Retries int
}

// Progress is how far a sync is. Totals grow as more becomes known.
type Progress struct {
	SentBytes, TotalBytes, ReceivedBytes int64
	SentChangesets, TotalChangesets      int
	ReceivedChangesets                   int
}

// Refusal is a changeset of this or another replica that the county did not take.
type Refusal struct {
	Stream changeset.Stream
	Number uint64
	Reason string
}

// Result sums up a finished sync.
type Result struct {
	Sent, Received           int   // changesets
	SentBytes, ReceivedBytes int64 // bodies of requests and responses
	Requests                 int
	Refused                  []Refusal
	// Withheld is what the county has of this device and did not merge, as it said
	// last: its first part, and how much it is in all.
	Withheld    []replica.Held
	AllWithheld int
	Astray      bool          // this replica's rows are not the county's, although it holds the same changesets: something is damaged
	Restored    bool          // the county was restored from a backup since the last sync
	ClockOffset time.Duration // this device's wall clock minus the county's
	At          time.Time     // county's time of the last acknowledgement
}

// Requests start at this size, grow while they succeed and halve when they fail.
const (
	firstBudget = 64 << 10
	maxBudget   = 256 << 10
	minBudget   = 4 << 10
	growth      = 32 << 10
)

// maxAsked bounds how often one opening of a session asks: a disk that was put back is
// renewed once, its clock corrected once.
const maxAsked = 5

// clockTolerance is how wrong a clock may be before what it stamped is corrected; half a
// round trip is in what is measured.
const clockTolerance = time.Minute

// Client is the asking half. One Sync runs at a time.
type Client struct {
	r     *replica.Replica
	peer  Peer
	opts  ClientOptions
	http  *http.Client
	busy  sync.Mutex
	state struct {
		session  schema.ID
		lines    []replica.Line // told in it
		sequence uint64
		budget   int
		offset   time.Duration
	}
}

// NewClient makes the asking half.
func NewClient(r *replica.Replica, p Peer, o ClientOptions) *Client {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stall == 0 {
		o.Stall = stall
	}
	if o.Retries == 0 {
		o.Retries = 4
	}
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         o.Dial,
		TLSHandshakeTimeout: o.Stall,
		IdleConnTimeout:     time.Minute,
		MaxIdleConnsPerHost: 1,
		DisableCompression:  true,
	}
	if t.DialContext == nil {
		t.DialContext = (&net.Dialer{Timeout: o.Stall, KeepAlive: 15 * time.Second}).DialContext
	}
	if p.Pin != nil {
		t.TLSClientConfig = PinnedTLS(p.Pin)
	}
	c := &Client{r: r, peer: p, opts: o, http: &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.state.budget = firstBudget
	return c
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Sync exchanges with the peer until neither side lacks anything it may have.
// progress may be nil; it is called on this goroutine.
func (c *Client) Sync(ctx context.Context, progress func(Progress)) (Result, error) {
	c.busy.Lock()
	defer c.busy.Unlock()
	run := &syncRun{c: c, progress: progress, peer: map[changeset.Stream]holding{}, skip: map[changeset.Stream]bool{}, far: map[changeset.Stream]begun{}}
	failures := 0
	for {
		before := run.mark()
		done, err := run.round(ctx)
		run.result.ClockOffset = c.state.offset
		if err == nil {
			failures = 0
			c.state.budget = min(maxBudget, c.state.budget+growth)
			if done {
				// For the next time; without them, nothing is compared then.
				if err := c.r.CountSums(ctx); err != nil {
					c.opts.Log.Warn("the rows were not counted", "error", err)
				}
				return run.result, nil
			}
			continue
		}
		if ctx.Err() != nil {
			return run.result, ctx.Err()
		}
		var session sessionError
		if errors.As(err, &session) {
			c.state.session = schema.Nil
		}
		if !retryable(err) {
			return run.result, err
		}
		c.state.budget = max(minBudget, c.state.budget/2)
		if run.mark() != before {
			failures = 0
		}
		if failures++; failures > c.opts.Retries {
			return run.result, err
		}
		c.opts.Log.Info("sync interrupted, resuming", "error", err, "failures", failures)
		if err := sleep(ctx, backoff(failures)); err != nil {
			return run.result, err
		}
	}
}

func retryable(err error) bool {
	var session sessionError
	return errors.Is(err, ErrUnreachable) || errors.Is(err, ErrBusy) || errors.As(err, &session)
}

// backoff doubles from 200 ms, with jitter of a half.
func backoff(failures int) time.Duration {
	d := 200 * time.Millisecond << min(failures-1, 6)
	var b [1]byte
	_, _ = rand.Read(b[:]) // without it, no jitter
	return d/2 + d/2*time.Duration(b[0])/255
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

type sessionError struct{}

func (sessionError) Error() string { return "the session has expired" }

// open starts a session and learns the clock's offset. Nothing is sealed before the
// county has said whether this database was put back from an image: then it goes on as
// another incarnation, and asks as that one.
func (c *Client) open(ctx context.Context) error {
	for range maxAsked {
		lines, err := c.r.Lines(ctx)
		if err != nil {
			return err
		}
		answers, err := c.ask(ctx, lines)
		if err != nil {
			return err
		}
		renewed, err := c.r.GoOn(ctx, lines, answers)
		if err != nil {
			return err
		}
		if ahead := c.state.offset; !renewed && (ahead-c.r.Ahead()).Abs() >= clockTolerance {
			if renewed, err = c.r.Correct(ctx, ahead); err != nil {
				return err
			}
		}
		if !renewed {
			return nil
		}
	}
	return fmt.Errorf("%w: it knows another name each time", ErrProtocol)
}

// ask opens a session. The answer is signed by the realm's root key, which is learned
// on the first, pinned, connection.
func (c *Client) ask(ctx context.Context, lines []replica.Line) ([]replica.LineAnswer, error) {
	var nonce schema.ID
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, err
	}
	var w writer
	realm := c.r.Realm()
	w.id(realm)
	w.id(c.r.ID())
	w.id(nonce)
	encodeLines(&w, lines)
	began := c.r.Wall()
	response, cancel, err := c.post(ctx, pathOpen, frame(magicOpen, w.b))
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer response.Body.Close()
	head, err := readHead(bufio.NewReader(response.Body), magicOpened)
	if err != nil {
		return nil, c.explain(err, response)
	}
	ended := c.r.Wall()
	p := &parser{b: head}
	st, reason, id, wall := status(p.raw(1)[0]), p.text(), p.id(), p.int()
	root, signature := ed25519.PublicKey(p.raw(32)), p.raw(64)
	var answers []replica.LineAnswer
	if st == statusOK {
		answers = decodeLineAnswers(p, lines)
	}
	if err := p.done(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	if !ed25519.Verify(root, openMessage(nonce, id), signature) {
		return nil, fmt.Errorf("%w: the answer is not signed", ErrProtocol)
	}
	if err := c.r.TrustRoot(ctx, root); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRealm, err)
	}
	switch st {
	case statusOK:
	case statusBusy:
		return nil, ErrBusy
	default:
		return nil, &RefusedError{Reason: reason}
	}
	c.state.session, c.state.lines, c.state.sequence = id, lines, 0
	c.state.offset = began.Add(ended.Sub(began) / 2).Sub(time.UnixMilli(wall))
	return answers, nil
}

// post sends a message and waits for the response's head. No byte for Stall
// ends it. The caller calls cancel when it has read the body.
func (c *Client) post(ctx context.Context, path string, message []byte) (*http.Response, context.CancelFunc, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() { cancel(nil) }
	watch := &watchdog{d: c.opts.Stall, timer: time.AfterFunc(c.opts.Stall, func() {
		cancel(fmt.Errorf("no byte for %s", c.opts.Stall))
	})}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(c.peer.URL, "/")+path, &watched{bytes.NewReader(message), watch})
	if err != nil {
		stop()
		return nil, nil, err
	}
	req.ContentLength = int64(len(message))
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "fieldkit")
	response, err := c.http.Do(req)
	if err != nil {
		watch.timer.Stop()
		cause := context.Cause(ctx)
		stop()
		if errors.Is(err, ErrPin) {
			return nil, nil, ErrPin
		}
		if cause != nil && !errors.Is(cause, context.Canceled) {
			err = cause
		}
		return nil, nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	response.Body = &watchedBody{ReadCloser: response.Body, watch: watch}
	return response, stop, nil
}

// explain tells a portal's page from a cut line.
func (c *Client) explain(err error, response *http.Response) error {
	kind := response.Header.Get("Content-Type")
	switch {
	case strings.Contains(kind, "html") || response.StatusCode >= 300 && response.StatusCode < 400 || response.StatusCode == http.StatusNetworkAuthenticationRequired:
		return fmt.Errorf("%w (status %d)", ErrPortal, response.StatusCode)
	case response.StatusCode >= 500:
		return fmt.Errorf("%w: status %d", ErrUnreachable, response.StatusCode)
	case errors.Is(err, errMessage) || response.StatusCode != http.StatusOK:
		return fmt.Errorf("%w: status %d: %w", ErrProtocol, response.StatusCode, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
