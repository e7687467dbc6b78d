package transport

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// Paths of the protocol, below the peer's base URL.
const (
	pathOpen     = "/sync/open"
	pathExchange = "/sync/exchange"
	contentType  = "application/x-fieldkit"
)

// Messages begin with a magic, so that a portal's page is never taken for one.
const (
	magicOpen     = "FKO\x01"
	magicOpened   = "FKP\x01"
	magicExchange = "FKX\x01"
	magicAnswer   = "FKY\x01"
	signDomain    = "fieldkit exchange v1\x00"
)

// Limits of messages.
const (
	maxHead    = 1 << 20
	maxStreams = 1 << 16
	maxText    = 4 << 10
)

// errMessage means bytes that are not a message of this protocol.
var errMessage = errors.New("malformed message")

// status opens every response.
type status byte

const (
	statusOK      status = 0
	statusSession status = 1 // unknown or expired session: open one
	statusRefused status = 2 // the device may not exchange; the reason says why
	statusBusy    status = 3 // try again later
	statusBad     status = 4 // the request was malformed
)

// writer puts a message head together.
type writer struct{ b []byte }

func (w *writer) uint(v uint64)  { w.b = binary.AppendUvarint(w.b, v) }
func (w *writer) int(v int64)    { w.b = binary.AppendVarint(w.b, v) }
func (w *writer) id(v schema.ID) { w.b = append(w.b, v[:]...) }
func (w *writer) text(s string)  { w.uint(uint64(len(s))); w.b = append(w.b, s...) }
func (w *writer) raw(b []byte)   { w.b = append(w.b, b...) }
func (w *writer) bool(v bool) {
	if v {
		w.uint(1)
	} else {
		w.uint(0)
	}
}

// parser takes a message head apart; the first error sticks.
type parser struct {
	b   []byte
	err error
}

func (p *parser) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%w: %s", errMessage, what)
	}
	p.b = nil
}

func (p *parser) uint() uint64 {
	v, n := binary.Uvarint(p.b)
	if n <= 0 || n > 1 && p.b[n-1] == 0 { // the shortest form only
		p.fail("number")
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *parser) int() int64 {
	u := p.uint()
	return int64(u>>1) ^ -int64(u&1)
}

// count reads the length of a list whose items take at least one byte each.
func (p *parser) count(limit int) int {
	n := p.uint()
	if n > uint64(limit) || n > uint64(len(p.b)) {
		p.fail("length")
		return 0
	}
	return int(n)
}

func (p *parser) raw(n int) []byte {
	if n > len(p.b) {
		p.fail("ends too early")
		return make([]byte, n)
	}
	b := p.b[:n:n]
	p.b = p.b[n:]
	return b
}

func (p *parser) id() schema.ID { return schema.ID(p.raw(16)) }

func (p *parser) bool() bool {
	v := p.uint()
	if v > 1 {
		p.fail("mark")
	}
	return v == 1
}

func (p *parser) text() string { return string(p.raw(p.count(maxText))) }

func (p *parser) done() error {
	if p.err == nil && len(p.b) > 0 {
		p.fail("bytes too many")
	}
	return p.err
}

// holding is one stream in a request: what its sender holds of it.
type holding struct {
	stream  changeset.Stream
	number  uint64 // highest contiguous
	partial int    // bytes held of number+1, 0 none
	total   int    // size of that changeset, when partial > 0
}

// request is the head of an exchange.
type request struct {
	device   schema.ID
	session  schema.ID
	sequence uint64 // rises within a session: a recorded request cannot be played again
	wall     int64  // ms
	waiting  int    // rows of which the county lacks something
	budget   int    // bytes of chunks wanted back
	version  string
	holdings []holding
	// rest, when set, is the digest of all the other streams that the device
	// holds; when it is nil, holdings are all there are.
	rest *digest
	// sums, of some audiences, come with a digest when there is nothing to send.
	sums []sum
}

// sum is the sum of an audience's rows, shortened: it tells two states apart that a
// fault made different, one in four thousand million excepted.
type sum struct {
	audience uint16 // of its name and the schema
	value    uint32
}

// maxSums is how many a request tells; the next one tells others.
const maxSums = 3

func sumOf(audience string, fingerprint, value uint64) sum {
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(audience), fingerprint))
	return sum{binary.BigEndian.Uint16(h[:]), uint32(value ^ value>>32)}
}

func (r *request) encode() []byte {
	var w writer
	w.id(r.device)
	w.id(r.session)
	w.uint(r.sequence)
	w.int(r.wall)
	w.uint(uint64(r.waiting))
	w.uint(uint64(r.budget))
	w.text(r.version)
	encodeHoldings(&w, r.device, r.holdings)
	if r.rest != nil {
		w.raw(r.rest[:])
		for _, s := range r.sums {
			w.raw(binary.BigEndian.AppendUint16(nil, s.audience))
			w.raw(binary.BigEndian.AppendUint32(nil, s.value))
		}
	}
	return w.b
}

func (r *request) decode(b []byte) error {
	p := &parser{b: b}
	r.device, r.session = p.id(), p.id()
	r.sequence, r.wall = p.uint(), p.int()
	r.waiting, r.budget = int(min(p.uint(), 1<<31)), int(min(p.uint(), 1<<31))
	r.version = p.text()
	r.holdings = decodeHoldings(p, r.device)
	if len(p.b) > 0 {
		rest := digest(p.raw(digestSize))
		r.rest = &rest
	}
	for len(p.b) > 0 && len(r.sums) < maxSums {
		r.sums = append(r.sums, sum{binary.BigEndian.Uint16(p.raw(2)), binary.BigEndian.Uint32(p.raw(4))})
	}
	return p.done()
}

// digestSize is enough to tell two states of one fleet apart by accident; a
// device that forges one only misses its own news.
const digestSize = 8

// digest names a set of streams with the numbers held of them.
type digest [digestSize]byte

func digestOf(list []holding) digest {
	var w writer
	encodeHoldings(&w, schema.Nil, list)
	sum := sha256.Sum256(w.b)
	return digest(sum[:digestSize])
}

// Holdings name audiences and origins once each, and the device itself by a mark.
func encodeHoldings(w *writer, device schema.ID, list []holding) {
	slices.SortStableFunc(list, func(a, b holding) int {
		if c := a.stream.Origin.Compare(b.stream.Origin); c != 0 {
			return c
		}
		return strings.Compare(a.stream.Audience, b.stream.Audience)
	})
	var audiences []string
	var origins []changeset.Origin
	named := map[string]int{}
	for _, h := range list {
		if _, known := named[h.stream.Audience]; !known {
			named[h.stream.Audience] = len(audiences)
			audiences = append(audiences, h.stream.Audience)
		}
		if len(origins) == 0 || origins[len(origins)-1] != h.stream.Origin {
			origins = append(origins, h.stream.Origin)
		}
	}
	w.uint(uint64(len(audiences)))
	for _, a := range audiences {
		w.text(a)
	}
	w.uint(uint64(len(origins)))
	for _, o := range origins {
		own := o.Replica == device
		w.bool(own)
		if !own {
			w.id(o.Replica)
		}
		w.uint(uint64(o.Incarnation))
	}
	w.uint(uint64(len(list)))
	origin := 0 // they stand in this order
	for _, h := range list {
		if origins[origin] != h.stream.Origin {
			origin++
		}
		w.uint(uint64(origin))
		w.uint(uint64(named[h.stream.Audience]))
		w.uint(h.number)
		w.uint(uint64(h.partial))
		if h.partial > 0 {
			w.uint(uint64(h.total))
		}
	}
}

func decodeHoldings(p *parser, device schema.ID) []holding {
	audiences := make([]string, p.count(maxStreams))
	for i := range audiences {
		audiences[i] = p.text()
	}
	origins := make([]changeset.Origin, p.count(maxStreams))
	for i := range origins {
		origins[i].Replica = device
		if !p.bool() {
			origins[i].Replica = p.id()
		}
		origins[i].Incarnation = p.incarnation()
	}
	list := make([]holding, p.count(maxStreams))
	for i := range list {
		o, a := p.uint(), p.uint()
		if p.err != nil || o >= uint64(len(origins)) || a >= uint64(len(audiences)) {
			p.fail("stream")
			return nil
		}
		h := holding{stream: changeset.Stream{Origin: origins[o], Audience: audiences[a]}, number: p.uint()}
		if h.partial = p.upTo(changeset.MaxSize); h.partial > 0 {
			h.total = p.upTo(changeset.MaxSize)
		}
		list[i] = h
	}
	return list
}

// upTo reads a number up to a limit that says nothing of the bytes that follow.
func (p *parser) upTo(limit uint64) int {
	n := p.uint()
	if n > limit {
		p.fail("number too large")
		return 0
	}
	return int(n)
}

// refusal is a changeset that the receiver did not take.
type refusal struct {
	holding int // index into the request's holdings
	number  uint64
	reason  string
}

// answer is the head of a response.
type answer struct {
	status       status
	reason       string
	epoch        schema.ID // changes when the server is restored from a backup
	wall         int64     // ms
	backup       int64     // ms: when the server's last verified backup began, 0 none
	held         []holding // the server's view of the request's streams, in the request's order
	unlike       bool      // the digest differs: ask again with all holdings
	astray       bool      // the holdings are equal and the rows are not
	refused      []refusal
	certificates []changeset.Certificate // of origins whose chunks follow
	left         int                     // changesets still to come after this response
	leftBytes    int
	withheld     []withheld // with nothing to come: what the server holds back of the device
	allWithheld  int
}

func (a *answer) encode() []byte {
	var w writer
	w.b = append(w.b, byte(a.status))
	w.text(a.reason)
	w.id(a.epoch)
	w.int(a.wall)
	w.uint(uint64(a.backup))
	w.uint(uint64(len(a.held)))
	for _, h := range a.held {
		w.uint(h.number)
		w.uint(uint64(h.partial))
	}
	switch {
	case a.unlike:
		w.uint(1)
	case a.astray:
		w.uint(2)
	default:
		w.uint(0)
	}
	w.uint(uint64(len(a.refused)))
	for _, r := range a.refused {
		w.uint(uint64(r.holding))
		w.uint(r.number)
		w.text(r.reason)
	}
	w.uint(uint64(len(a.certificates)))
	for _, c := range a.certificates {
		w.id(c.Replica)
		w.raw(c.Key)
		w.raw(c.Signature[:])
	}
	w.uint(uint64(a.left))
	w.uint(uint64(a.leftBytes))
	if a.allWithheld > 0 {
		encodeWithheld(&w, a.withheld, a.allWithheld)
	}
	return w.b
}

func (a *answer) decode(b []byte) error {
	p := &parser{b: b}
	a.status = status(p.raw(1)[0])
	a.reason = p.text()
	a.epoch, a.wall, a.backup = p.id(), p.int(), int64(min(p.uint(), 1<<62))
	a.held = make([]holding, p.count(maxStreams))
	for i := range a.held {
		a.held[i] = holding{number: p.uint(), partial: p.upTo(changeset.MaxSize)}
	}
	switch p.uint() {
	case 0:
	case 1:
		a.unlike = true
	case 2:
		a.astray = true
	default:
		p.fail("mark")
	}
	a.refused = make([]refusal, p.count(maxStreams))
	for i := range a.refused {
		a.refused[i] = refusal{holding: p.upTo(maxStreams), number: p.uint(), reason: p.text()}
	}
	a.certificates = make([]changeset.Certificate, p.count(maxStreams))
	for i := range a.certificates {
		c := &a.certificates[i]
		c.Replica, c.Key = p.id(), p.raw(32)
		copy(c.Signature[:], p.raw(64))
	}
	a.left, a.leftBytes = int(min(p.uint(), 1<<31)), int(min(p.uint(), 1<<40))
	if len(p.b) > 0 {
		a.withheld, a.allWithheld = decodeWithheld(p)
	}
	return p.done()
}

// chunk is a piece of one changeset.
type chunk struct {
	stream changeset.Stream
	number uint64
	total  int
	offset int
	data   []byte
}

// appendChunk writes a chunk: its head, preceded by the head's length, then the data.
func appendChunk(b []byte, c *chunk) []byte {
	var w writer
	w.id(c.stream.Origin.Replica)
	w.uint(uint64(c.stream.Origin.Incarnation))
	w.text(c.stream.Audience)
	w.uint(c.number)
	w.uint(uint64(c.total))
	w.uint(uint64(c.offset))
	w.uint(uint64(len(c.data)))
	b = binary.AppendUvarint(b, uint64(len(w.b)))
	return append(append(b, w.b...), c.data...)
}

// readChunk reads a chunk. On an error after the head, the chunk holds the data
// that did arrive; io.EOF before the head means that there are no more.
func readChunk(r *bufio.Reader) (*chunk, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	if n > maxText+64 {
		return nil, fmt.Errorf("%w: a chunk's head of %d bytes", errMessage, n)
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, unexpected(err)
	}
	p := &parser{b: head}
	c := &chunk{stream: changeset.Stream{Origin: changeset.Origin{Replica: p.id(), Incarnation: p.incarnation()}, Audience: p.text()}}
	c.number, c.total, c.offset = p.uint(), p.upTo(changeset.MaxSize), p.upTo(changeset.MaxSize)
	size := p.upTo(changeset.MaxSize)
	if err := p.done(); err != nil {
		return nil, err
	}
	if c.total == 0 || size == 0 || c.offset+size > c.total {
		return nil, fmt.Errorf("%w: a chunk beyond its changeset", errMessage)
	}
	c.data = make([]byte, size)
	got, err := io.ReadFull(r, c.data)
	c.data = c.data[:got]
	if err != nil {
		return c, unexpected(err)
	}
	return c, nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readHead reads a length-prefixed head after its magic.
func readHead(r *bufio.Reader, magic string) ([]byte, error) {
	got := make([]byte, len(magic))
	if _, err := io.ReadFull(r, got); err != nil {
		return nil, unexpected(err)
	}
	if string(got) != magic {
		return nil, fmt.Errorf("%w: it begins with %q", errMessage, got)
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, unexpected(err)
	}
	if n > maxHead {
		return nil, fmt.Errorf("%w: a head of %d bytes", errMessage, n)
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, unexpected(err)
	}
	return head, nil
}
