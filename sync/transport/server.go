package transport

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Device is what the authority knows of a device that wants to exchange.
type Device struct {
	ID        schema.ID
	PublicKey ed25519.PublicKey
	Active    bool
	Reason    string // told to a device that is not active
	// Entitled tells whether the device may hold an audience's changesets.
	Entitled func(audience string) bool
}

// Report is what an exchange told of a device.
type Report struct {
	At          time.Time     // server's time
	Waiting     int           // rows of which the server lacked something when the device asked
	Complete    bool          // the server has everything now that the device had sealed
	ClockOffset time.Duration // device's wall clock minus the server's; half a round trip is in it
	Version     string        // the device's software
	Received    int           // changesets taken in this exchange
	// Astray names audiences of which the device holds the same changesets as the
	// server and not the same rows: one of them is damaged. Compared tells whether any
	// was compared.
	Astray   []string
	Compared bool
}

// Authority decides who may exchange. Device returns nil for an unknown one.
type Authority interface {
	Device(ctx context.Context, id schema.ID) (*Device, error)
	Seen(ctx context.Context, id schema.ID, report Report)
}

const (
	sessionTTL  = 15 * time.Minute
	maxSessions = 10_000
	maxBody     = 1 << 20
	// stall is how long a body may bring no byte.
	stall = 20 * time.Second
)

// Server is the answering half. It is an http.Handler for the paths below /sync/.
type Server struct {
	r        *replica.Replica
	auth     Authority
	log      *slog.Logger
	busy     chan struct{} // bounds exchanges under way
	mu       sync.Mutex
	sessions map[schema.ID]*session
}

// session is a device that proved its key; it lives in memory, so that a
// restarted server asks again.
type session struct {
	device   *Device
	lines    []replica.Line // as told when it was opened, until they are noted
	sequence uint64
	expires  time.Time
}

// NewServer makes the answering half over a replica that is the root of its realm.
func NewServer(r *replica.Replica, a Authority, log *slog.Logger) *Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Server{r: r, auth: a, log: log, busy: make(chan struct{}, 64), sessions: map[schema.ID]*session{}}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	req.Body = http.MaxBytesReader(w, req.Body, maxBody)
	switch req.URL.Path {
	case pathOpen:
		s.open(w, req)
	case pathExchange:
		s.exchange(w, req)
	default:
		http.NotFound(w, req)
	}
}

// body reads with a deadline that every arriving byte renews.
type body struct {
	r io.Reader
	c *http.ResponseController
}

func (b body) Read(p []byte) (int, error) {
	_ = b.c.SetReadDeadline(time.Now().Add(stall)) // a server that cannot set one still reads
	return b.r.Read(p)
}

func reply(w http.ResponseWriter, message []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", fmt.Sprint(len(message)))
	w.Header()["Date"] = nil // a few bytes less on a narrow line
	_, _ = w.Write(message)  // a cut shows on the other side
}

// open starts a session for a device that is known; its key it proves with each exchange.
// Whoever answers proves the root's, over the device's nonce.
func (s *Server) open(w http.ResponseWriter, req *http.Request) {
	in := bufio.NewReader(body{req.Body, http.NewResponseController(w)})
	head, err := readHead(in, magicOpen)
	p := &parser{b: head}
	realm, device, nonce := p.id(), p.id(), p.id()
	var lines []replica.Line
	if len(p.b) > 0 { // an older kit tells none
		lines = decodeLines(p)
	}
	if err != nil || p.done() != nil {
		http.Error(w, "malformed", http.StatusBadRequest)
		return
	}
	var out writer
	var answers []replica.LineAnswer
	answer := func(st status, reason string, id schema.ID) {
		out.b = append(out.b, byte(st))
		out.text(reason)
		out.id(id)
		out.int(s.r.Wall().UnixMilli())
		out.raw(s.r.PublicKey())
		// The server signs the device's nonce: whoever answers holds the root key.
		out.raw(s.r.Sign(openMessage(nonce, id)))
		encodeLineAnswers(&out, answers)
		reply(w, frame(magicOpened, out.b))
	}
	if realm != s.r.Realm() {
		answer(statusRefused, "another realm", schema.Nil)
		return
	}
	d, err := s.auth.Device(req.Context(), device)
	switch {
	case err != nil:
		s.log.Error("look up device", "device", device, "error", err)
		answer(statusBusy, "", schema.Nil)
		return
	case d == nil:
		answer(statusRefused, "unknown device", schema.Nil)
		return
	case !d.Active:
		answer(statusRefused, d.Reason, schema.Nil)
		return
	}
	if _, err := s.r.Certify(req.Context(), d.ID, d.PublicKey); err != nil {
		s.log.Error("certify device", "device", device, "error", err)
		if errors.Is(err, changeset.ErrSignature) {
			answer(statusRefused, "the device's key has changed", schema.Nil)
		} else {
			answer(statusBusy, "", schema.Nil)
		}
		return
	}
	told, err := s.r.CompareLines(req.Context(), d.ID, lines)
	if err != nil {
		s.log.Error("compare lines", "device", device, "error", err)
		answer(statusBusy, "", schema.Nil)
		return
	}
	var id schema.ID
	if _, err := rand.Read(id[:]); err != nil {
		answer(statusBusy, "", schema.Nil)
		return
	}
	s.mu.Lock()
	now := time.Now()
	for k, v := range s.sessions {
		if v.expires.Before(now) {
			delete(s.sessions, k)
		}
	}
	full := len(s.sessions) >= maxSessions
	if !full {
		s.sessions[id] = &session{device: d, lines: lines, expires: now.Add(sessionTTL)}
	}
	s.mu.Unlock()
	if full {
		answer(statusBusy, "", schema.Nil)
		return
	}
	answers = told
	answer(statusOK, "", id)
}

func openMessage(nonce, session schema.ID) []byte {
	return append(append([]byte("fieldkit open v1\x00"), nonce[:]...), session[:]...)
}

func frame(magic string, head []byte) []byte {
	b := append([]byte(magic), binary.AppendUvarint(nil, uint64(len(head)))...)
	return append(b, head...)
}

// exchangeMessage is what a device signs of a request's head.
func exchangeMessage(head []byte) []byte {
	sum := sha256.Sum256(head)
	return append([]byte(signDomain), sum[:]...)
}

// exchange takes chunks, then answers with what is durable and chunks back.
func (s *Server) exchange(w http.ResponseWriter, req *http.Request) {
	fail := func(st status, reason string) {
		a := answer{status: st, reason: reason, wall: s.r.Wall().UnixMilli()}
		reply(w, frame(magicAnswer, a.encode()))
	}
	in := bufio.NewReaderSize(body{req.Body, http.NewResponseController(w)}, 16<<10)
	head, err := readHead(in, magicExchange)
	var rq request
	if err == nil {
		err = rq.decode(head)
	}
	signature := make([]byte, ed25519.SignatureSize)
	if err == nil {
		_, err = io.ReadFull(in, signature)
	}
	if err != nil {
		fail(statusBad, "malformed request")
		return
	}
	d, st, reason := s.admit(req.Context(), &rq, head, signature)
	if d == nil {
		fail(st, reason)
		return
	}
	select { // only now: whoever has no key keeps nobody out
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	default:
		fail(statusBusy, "")
		return
	}
	// What arrives is kept even when the request is cut in the middle.
	ctx := context.WithoutCancel(req.Context())
	if err := s.noteLines(ctx, &rq); err != nil {
		s.log.Error("note lines", "device", d.ID, "error", err)
		fail(statusBusy, "the county cannot store at the moment")
		return
	}
	applied, cut, err := s.take(ctx, in)
	if err != nil {
		s.log.Error("take changesets", "device", d.ID, "error", err)
		fail(statusBusy, "the county cannot store at the moment")
		return
	}
	if err := s.r.Seal(ctx); err != nil {
		s.log.Error("seal", "error", err)
		fail(statusBusy, "")
		return
	}
	vector, err := s.r.Vector(ctx)
	if err != nil {
		s.log.Error("compare holdings", "device", d.ID, "error", err)
		fail(statusBusy, "")
		return
	}
	same := rq.rest != nil && sameRest(d, &rq, vector)
	compared, astray, err := s.compare(ctx, d, &rq, vector, same)
	if err != nil {
		s.log.Error("compare sums", "device", d.ID, "error", err)
		fail(statusBusy, "")
		return
	}
	if len(astray) > 0 {
		s.log.Error("a device holds the same changesets and other rows", "device", d.ID, "audiences", astray)
	}
	s.auth.Seen(ctx, d.ID, Report{At: s.r.Wall(), Waiting: rq.waiting, Complete: complete(&rq, vector, same), Version: rq.version, Received: len(applied),
		ClockOffset: time.UnixMilli(rq.wall).Sub(s.r.Wall()), Compared: compared, Astray: astray})
	if cut != nil {
		return // nobody is listening any more
	}
	message, err := s.answer(ctx, d, &rq, vector, same, len(astray) > 0, applied)
	if err != nil {
		s.log.Error("answer", "device", d.ID, "error", err)
		fail(statusBusy, "")
		return
	}
	reply(w, message)
}

// admit checks session, signature and sequence, and asks the authority again:
// a device can be revoked within a session.
func (s *Server) admit(ctx context.Context, rq *request, head, signature []byte) (*Device, status, string) {
	s.mu.Lock()
	ses := s.sessions[rq.session]
	if ses == nil || ses.device.ID != rq.device || ses.expires.Before(time.Now()) {
		s.mu.Unlock()
		return nil, statusSession, ""
	}
	if !ed25519.Verify(ses.device.PublicKey, exchangeMessage(head), signature) {
		s.mu.Unlock()
		return nil, statusRefused, "the request is not signed by this device"
	}
	if rq.sequence <= ses.sequence {
		s.mu.Unlock()
		return nil, statusSession, ""
	}
	ses.sequence = rq.sequence
	ses.expires = time.Now().Add(sessionTTL)
	s.mu.Unlock()
	d, err := s.auth.Device(ctx, rq.device)
	switch {
	case err != nil:
		return nil, statusBusy, ""
	case d == nil:
		return nil, statusRefused, "unknown device"
	case !d.Active:
		return nil, statusRefused, d.Reason
	}
	return d, statusOK, ""
}

// take reads chunks to the end of the body, or to where it was cut.
func (s *Server) take(ctx context.Context, in *bufio.Reader) (applied []replica.Applied, cut, err error) {
	if _, err := in.Peek(1); errors.Is(err, io.EOF) {
		return nil, nil, nil
	}
	intake, err := newIntake(ctx, s.r)
	if err != nil {
		return nil, nil, err
	}
	for cut == nil {
		c, readErr := readChunk(in)
		if c != nil && len(c.data) > 0 {
			if err := intake.take(ctx, c); err != nil {
				return nil, nil, err
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		cut = readErr
	}
	if err := intake.apply(ctx); err != nil {
		return nil, nil, err
	}
	return intake.applied, cut, nil
}

// may tells whether a device may hold a stream.
func (d *Device) may(st changeset.Stream) bool {
	return st.Origin.Replica == d.ID || d.Entitled(st.Audience)
}

// sameRest tells whether the device holds of the streams that it did not list
// exactly what the server holds of them.
func sameRest(d *Device, rq *request, vector changeset.Vector) bool {
	told := map[changeset.Stream]bool{}
	for _, h := range rq.holdings {
		told[h.stream] = true
	}
	var rest []holding
	for st, n := range vector {
		if !told[st] && d.may(st) {
			rest = append(rest, holding{stream: st, number: n})
		}
	}
	return digestOf(rest) == *rq.rest
}

// compare compares the sums that a device told with the server's own, when both hold
// the same changesets.
func (s *Server) compare(ctx context.Context, d *Device, rq *request, vector changeset.Vector, same bool) (compared bool, astray []string, err error) {
	if !same || len(rq.sums) == 0 || len(rq.holdings) > 0 {
		return false, nil, nil
	}
	values, at, err := s.r.Sums(ctx)
	if errors.Is(err, replica.ErrSumsWanting) || err == nil && !maps.Equal(at, vector) {
		return false, nil, nil // not yet, or another device came between
	}
	if err != nil {
		return false, nil, err
	}
	mine, names := map[uint16][]sum{}, map[uint16]string{}
	for audience, value := range values {
		if d.Entitled(audience) { // of others it holds only what it wrote itself
			m := sumOf(audience, s.r.Schema().Fingerprint(), value)
			mine[m.audience], names[m.audience] = append(mine[m.audience], m), audience
		}
	}
	for _, told := range rq.sums {
		if m := mine[told.audience]; len(m) == 1 { // else it is not known which is meant
			compared = true
			if m[0] != told {
				astray = append(astray, names[told.audience])
			}
		}
	}
	return compared, astray, nil
}

// complete tells whether everything that the device had sealed is durable here.
func complete(rq *request, vector changeset.Vector, same bool) bool {
	for _, h := range rq.holdings {
		if h.stream.Origin.Replica == rq.device && vector[h.stream] < h.number {
			return false
		}
	}
	return rq.rest == nil || same
}

func (s *Server) answer(ctx context.Context, d *Device, rq *request, vector changeset.Vector, same, astray bool, applied []replica.Applied) ([]byte, error) {
	partials, err := s.r.Partials(ctx)
	if err != nil {
		return nil, err
	}
	kept := map[changeset.Stream]replica.Partial{}
	for _, p := range partials {
		kept[p.Stream] = p
	}
	a := answer{wall: s.r.Wall().UnixMilli(), epoch: s.r.Epoch(), astray: astray}
	if backup, err := s.r.LastBackup(ctx); err != nil {
		return nil, err
	} else if !backup.IsZero() {
		a.backup = backup.UnixMilli()
	}
	index := map[changeset.Stream]int{}
	has := changeset.Vector{}
	offsets := map[changeset.Stream]holding{}
	for i, h := range rq.holdings {
		index[h.stream] = i
		has[h.stream] = h.number
		offsets[h.stream] = h
		mine := holding{number: vector[h.stream]}
		if p := kept[h.stream]; p.Number == mine.number+1 {
			mine.partial = len(p.Bytes)
		}
		a.held = append(a.held, mine)
	}
	for _, r := range refused(applied) {
		if i, ok := index[r.Stream]; ok {
			a.refused = append(a.refused, refusal{holding: i, number: r.Number, reason: r.Err.Error()})
		}
	}
	if rq.rest != nil {
		if a.unlike = !same; a.unlike {
			return frame(magicAnswer, a.encode()), nil
		}
		for st, n := range vector {
			if _, told := has[st]; !told {
				has[st] = n
			}
		}
	}
	refs, err := s.r.Missing(ctx, has, d.may)
	if err != nil {
		return nil, err
	}
	chunks, sent, err := fill(ctx, s.r, refs, offsets, min(rq.budget, maxBody/2))
	if err != nil {
		return nil, err
	}
	a.left = len(refs) - len(sent)
	for _, ref := range refs[len(sent):] {
		a.leftBytes += ref.Size
	}
	if a.left == 0 {
		if a.withheld, a.allWithheld, err = s.withheldOf(ctx, d.ID); err != nil {
			return nil, err
		}
	}
	known := map[schema.ID]bool{d.ID: true}
	for st, n := range has {
		known[st.Origin.Replica] = known[st.Origin.Replica] || n > 0
	}
	var authors []schema.ID
	for _, ref := range refs {
		authors = append(authors, ref.Stream.Origin.Replica)
	}
	for i, ref := range sent {
		if ref.Stream.Origin.Incarnation == 0 && (i+1 == len(sent) || sent[i+1].Stream != ref.Stream) {
			// With the last part of a snapshot, the streams that it stands for begin.
			for st := range vector {
				if d.may(st) && has[st] == 0 {
					authors = append(authors, st.Origin.Replica)
				}
			}
		}
	}
	for _, id := range authors {
		if known[id] {
			continue
		}
		known[id] = true
		c, found, err := s.r.Certificate(ctx, id)
		if err != nil {
			return nil, err
		}
		if found {
			a.certificates = append(a.certificates, c)
		}
	}
	return append(frame(magicAnswer, a.encode()), chunks...), nil
}
