package transport

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
)

// syncRun is one call of Sync.
type syncRun struct {
	c        *Client
	progress func(Progress)
	seen     Progress
	result   Result
	// peer is what the other side holds, as far as known.
	peer  map[changeset.Stream]holding
	known bool
	rest  []holding                  // what the last request's digest stood for
	full  bool                       // the digest did not do: all holdings are told
	skip  map[changeset.Stream]bool  // refused: not offered again in this run
	far   map[changeset.Stream]begun // beginnings kept here, the furthest of each stream
	taken int64                      // grows with each of them and with each changeset merged
	last  int64                      // position at the last round that moved
	still int                        // rounds since
}

// position grows with everything that gets to either side and stays there: what arrives
// and is not taken moves nothing.
func (s *syncRun) position() int64 {
	n := s.taken
	for _, h := range s.peer {
		n += int64(h.number)*changeset.MaxSize + int64(h.partial)
	}
	return n
}

// mark changes when something got through.
func (s *syncRun) mark() [3]int64 {
	return [3]int64{s.seen.SentBytes, s.seen.ReceivedBytes, int64(s.result.Received)}
}

// round is one exchange. done means that neither side lacks anything.
func (s *syncRun) round(ctx context.Context) (done bool, err error) {
	c := s.c
	untold, err := c.r.Untold(ctx, c.state.lines)
	if err != nil {
		return false, err
	}
	if untold || c.state.session.IsNil() {
		if err := c.open(ctx); err != nil {
			return false, err
		}
	}
	if err := c.r.Seal(ctx); err != nil {
		return false, err
	}
	rq, refs, err := s.prepare(ctx)
	if err != nil {
		return false, err
	}
	chunks, _, err := fill(ctx, c.r, refs, s.peer, c.state.budget)
	if err != nil {
		return false, err
	}
	head := rq.encode()
	message := frame(magicExchange, head)
	message = append(message, c.r.Sign(exchangeMessage(head))...)
	message = append(message, chunks...)
	response, cancel, err := c.post(ctx, pathExchange, message)
	if err != nil {
		return false, err
	}
	defer cancel()
	defer response.Body.Close()
	counted := &counter{r: response.Body}
	in := bufio.NewReader(counted)
	answerHead, err := readHead(in, magicAnswer)
	if err != nil {
		return false, c.explain(err, response)
	}
	var a answer
	if err := a.decode(answerHead); err != nil {
		return false, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	s.result.Requests++
	s.result.SentBytes += int64(len(message))
	switch a.status {
	case statusOK:
	case statusSession:
		return false, sessionError{}
	case statusBusy:
		return false, fmt.Errorf("%w: %s", ErrBusy, a.reason)
	case statusRefused:
		return false, &RefusedError{Reason: a.reason}
	default:
		return false, fmt.Errorf("%w: %s", ErrProtocol, a.reason)
	}
	if err := s.learn(ctx, rq, &a); err != nil {
		return false, err
	}
	err = s.receive(ctx, in)
	s.result.ReceivedBytes += counted.n
	if err != nil {
		return false, err
	}
	s.report()
	// Done when the answer had nothing left and what this side held was all there.
	left, err := s.lacking(ctx)
	if err != nil {
		return false, err
	}
	if a.left == 0 && left == 0 && !a.unlike {
		return true, nil
	}
	if a.unlike && rq.rest != nil {
		s.full = true
		return false, nil
	}
	// A round that answers well and moves nothing must not go on for ever.
	if at := s.position(); at != s.last {
		s.last, s.still = at, 0
	} else if s.still++; s.still > 3 {
		return false, fmt.Errorf("%w: it takes nothing and gives nothing", ErrProtocol)
	}
	return false, nil
}

// prepare builds the request's head and lists what the other side lacks.
func (s *syncRun) prepare(ctx context.Context) (*request, []replica.Ref, error) {
	c := s.c
	vector, err := c.r.Vector(ctx)
	if err != nil {
		return nil, nil, err
	}
	fresh := false // nothing was ever acknowledged: the county's streams are news
	if !s.known {
		// Until the county has spoken: what it acknowledged before.
		acked, err := c.r.Acknowledged(ctx)
		if err != nil {
			return nil, nil, err
		}
		fresh = len(acked) == 0
		for st, n := range vector {
			h := holding{stream: st, number: n}
			if st.Origin.Replica == c.r.ID() {
				h.number = acked[st]
			}
			s.peer[st] = h
		}
	}
	refs, err := s.refs(ctx)
	if err != nil {
		return nil, nil, err
	}
	partials, err := c.r.Partials(ctx)
	if err != nil {
		return nil, nil, err
	}
	begun, err := c.r.SnapshotProgress(ctx)
	if err != nil {
		return nil, nil, err
	}
	held := map[changeset.Stream]holding{}
	for st, n := range vector {
		held[st] = holding{stream: st, number: n}
	}
	for st, n := range begun {
		held[st] = holding{stream: st, number: n}
	}
	for _, p := range partials {
		h := held[p.Stream]
		if p.Stream.Origin.Incarnation == 0 && p.Number > h.number { // a snapshot's numbers begin anywhere
			h.number = p.Number - 1
		}
		if p.Number == h.number+1 {
			held[p.Stream] = holding{stream: p.Stream, number: h.number, partial: len(p.Bytes), total: p.Total}
		}
	}
	status, err := c.r.Status(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.state.sequence++
	rq := &request{device: c.r.ID(), session: c.state.session, sequence: c.state.sequence, wall: c.r.Wall().UnixMilli(),
		waiting: status.Waiting, budget: c.state.budget, version: c.opts.Version}
	// News are told stream by stream; of the rest, a digest does until the county
	// says that it differs.
	var rest []holding
	for st, h := range held {
		if s.full || h.partial > 0 || st.Origin.Incarnation == 0 || s.peer[st].number < h.number {
			rq.holdings = append(rq.holdings, h)
		} else {
			rest = append(rest, h)
		}
	}
	s.rest = nil
	if !s.full && !fresh {
		s.rest = rest
		sum := digestOf(rest)
		rq.rest = &sum
		if len(refs) == 0 && len(rq.holdings) == 0 {
			if rq.sums, err = s.sums(ctx, vector); err != nil {
				return nil, nil, err
			}
		}
	} else {
		rq.holdings = append(rq.holdings, rest...)
	}
	if s.seen.TotalBytes == 0 {
		for _, ref := range refs {
			s.seen.TotalBytes += int64(ref.Size)
		}
		s.seen.TotalChangesets = len(refs)
		s.report()
	}
	return rq, refs, nil
}

// sums are those of some audiences, when they belong to this vector.
func (s *syncRun) sums(ctx context.Context, vector changeset.Vector) ([]sum, error) {
	r := s.c.r
	values, at, err := r.Sums(ctx)
	if errors.Is(err, replica.ErrSumsWanting) || err == nil && !maps.Equal(at, vector) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(values))
	var out []sum
	first := rand.IntN(max(1, len(names))) // others each time
	for i := range min(len(names), maxSums) {
		name := names[(first+i)%len(names)]
		out = append(out, sumOf(name, r.Schema().Fingerprint(), values[name]))
	}
	return out, nil
}

func (s *syncRun) refs(ctx context.Context) ([]replica.Ref, error) {
	has := changeset.Vector{}
	for st, h := range s.peer {
		has[st] = h.number
	}
	return s.c.r.Missing(ctx, has, func(st changeset.Stream) bool { return !s.skip[st] })
}

// lacking counts what the other side still lacks.
func (s *syncRun) lacking(ctx context.Context) (int, error) {
	refs, err := s.refs(ctx)
	return len(refs), err
}

// learn takes in what the answer says: what is durable there, what was refused,
// and certificates.
func (s *syncRun) learn(ctx context.Context, rq *request, a *answer) error {
	c := s.c
	if len(a.held) != len(rq.holdings) {
		return fmt.Errorf("%w: %d streams answered, %d asked", ErrProtocol, len(a.held), len(rq.holdings))
	}
	for _, r := range a.refused {
		if r.holding >= len(rq.holdings) {
			return fmt.Errorf("%w: refusal of stream %d", ErrProtocol, r.holding)
		}
		st := rq.holdings[r.holding].stream
		s.skip[st] = true
		s.result.Refused = append(s.result.Refused, Refusal{Stream: st, Number: r.number, Reason: r.reason})
	}
	restored, err := c.r.SeeEpoch(ctx, a.epoch)
	if err != nil {
		return err
	}
	s.result.Restored = s.result.Restored || restored
	acked, held := changeset.Vector{}, changeset.Vector{}
	sent, bytes := 0, int64(0)
	// A number that the county holds with other content confirms nothing.
	refused := map[changeset.Stream]uint64{}
	for _, r := range a.refused {
		st := rq.holdings[r.holding].stream
		if n, ok := refused[st]; !ok || r.number < n {
			refused[st] = r.number
		}
	}
	for i, h := range a.held {
		st := rq.holdings[i].stream
		before := s.peer[st]
		if n, ok := refused[st]; ok && h.number >= n {
			h.number, h.partial = n-1, 0
		}
		if h.number > before.number {
			sent += int(h.number - before.number)
		}
		s.peer[st] = holding{stream: st, number: h.number, partial: h.partial}
		held[st] = h.number
		if st.Origin.Replica == c.r.ID() && h.number > 0 {
			acked[st] = h.number
		}
	}
	s.known = true
	s.result.At = time.UnixMilli(a.wall)
	if err := c.r.Acknowledge(ctx, acked, s.result.At); err != nil {
		return err
	}
	s.result.Astray = s.result.Astray || a.astray
	s.result.Withheld, s.result.AllWithheld = heldThere(c.r.Schema(), a.withheld), a.allWithheld
	for i := range s.result.Withheld {
		s.result.Withheld[i].Stream.Origin.Replica = c.r.ID()
	}
	if !a.unlike {
		for _, h := range s.rest { // the county holds just as much
			held[h.stream] = h.number
		}
	}
	backup := time.Time{}
	if a.backup > 0 {
		backup = time.UnixMilli(a.backup)
	}
	if err := c.r.Confirm(ctx, held, s.result.At, backup); err != nil {
		return err
	}
	s.result.Sent += sent
	s.seen.SentChangesets += sent
	left, err := s.refs(ctx)
	if err != nil {
		return err
	}
	for _, ref := range left {
		bytes += int64(ref.Size)
		if h := s.peer[ref.Stream]; h.number+1 == ref.Number {
			bytes -= int64(h.partial)
		}
	}
	s.seen.TotalBytes = max(s.seen.TotalBytes, bytes)
	s.seen.SentBytes = s.seen.TotalBytes - bytes
	for _, cert := range a.certificates {
		if err := c.r.Accept(ctx, cert); err != nil {
			return fmt.Errorf("%w: %w", ErrProtocol, err)
		}
	}
	return nil
}

// receive takes the chunks of an answer as they arrive, and keeps what came
// before a cut.
func (s *syncRun) receive(ctx context.Context, in *bufio.Reader) error {
	intake, err := newIntake(ctx, s.c.r)
	if err != nil {
		return err
	}
	var cut error
	for cut == nil {
		chunk, readErr := readChunk(in)
		if chunk != nil && len(chunk.data) > 0 {
			s.seen.ReceivedBytes += int64(len(chunk.data))
			if err := intake.take(ctx, chunk); err != nil {
				return err
			}
			s.report()
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		cut = readErr
	}
	if err := intake.apply(ctx); err != nil {
		return err
	}
	for stream, at := range intake.kept {
		if was := s.far[stream]; at.number > was.number || at.number == was.number && at.bytes > was.bytes {
			s.far[stream] = at
			s.taken++
		}
	}
	for _, a := range intake.applied {
		if a.Err == nil && !a.Duplicate {
			s.result.Received++
			s.seen.ReceivedChangesets++
			s.taken++
			if h := s.peer[a.Stream]; a.Number > h.number {
				s.peer[a.Stream] = holding{stream: a.Stream, number: a.Number}
			}
		}
	}
	for _, a := range refused(intake.applied) {
		s.result.Refused = append(s.result.Refused, Refusal{Stream: a.Stream, Number: a.Number, Reason: a.Err.Error()})
		return fmt.Errorf("%w: %w", ErrProtocol, a.Err)
	}
	if cut != nil {
		if errors.Is(cut, errMessage) {
			return fmt.Errorf("%w: %w", ErrProtocol, cut)
		}
		return fmt.Errorf("%w: %w", ErrUnreachable, cut)
	}
	return nil
}

func (s *syncRun) report() {
	if s.progress != nil {
		s.progress(s.seen)
	}
}
