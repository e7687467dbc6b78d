package transport

import (
	"context"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"fieldkit/sync/replica"
)

// Limits of what a device tells of itself when it opens a session.
const (
	maxLines    = replica.MaxLines
	maxOpenings = replica.MaxOpenings
)

func encodeLines(w *writer, lines []replica.Line) {
	w.uint(uint64(len(lines)))
	for _, l := range lines {
		w.uint(uint64(l.Incarnation))
		w.uint(uint64(len(l.Numbers)))
		for _, mark := range slices.Sorted(maps.Keys(l.Numbers)) {
			w.raw(binary.BigEndian.AppendUint32(nil, mark))
			w.uint(l.Numbers[mark])
		}
		w.uint(uint64(len(l.Openings)))
		for _, o := range l.Openings {
			w.raw(binary.BigEndian.AppendUint32(nil, o.Token))
			w.int(o.Shift)
		}
	}
}

func decodeLines(p *parser) []replica.Line {
	lines := make([]replica.Line, p.count(maxLines))
	for i := range lines {
		l := &lines[i]
		l.Incarnation, l.Numbers = p.incarnation(), map[uint32]uint64{}
		for range p.count(maxStreams) {
			mark := binary.BigEndian.Uint32(p.raw(4))
			l.Numbers[mark] = p.uint()
		}
		for range p.count(maxOpenings) {
			l.Openings = append(l.Openings, replica.Opening{Token: binary.BigEndian.Uint32(p.raw(4)), Shift: p.int()})
		}
	}
	return lines
}

func (p *parser) incarnation() uint32 {
	v := p.uint()
	if v > math.MaxUint32 {
		p.fail("incarnation")
	}
	return uint32(v)
}

func encodeLineAnswers(w *writer, list []replica.LineAnswer) {
	for _, a := range list {
		w.bool(a.Ahead)
		for _, k := range a.Known {
			w.uint(uint64(k.Incarnation))
			if k.Incarnation != 0 {
				w.int(k.Shift)
			}
		}
	}
}

// decodeLineAnswers reads the answers to lines.
func decodeLineAnswers(p *parser, lines []replica.Line) []replica.LineAnswer {
	list := make([]replica.LineAnswer, len(lines))
	for i := range list {
		list[i].Ahead = p.bool()
		for range lines[i].Openings {
			k := replica.Known{Incarnation: p.incarnation()}
			if k.Incarnation != 0 {
				k.Shift = p.int()
			}
			list[i].Known = append(list[i].Known, k)
		}
	}
	return list
}

// noteLines notes, before anything of it is taken, which openings wrote what a device
// is about to send.
func (s *Server) noteLines(ctx context.Context, rq *request) error {
	if !slices.ContainsFunc(rq.holdings, func(h holding) bool { return h.stream.Origin.Replica == rq.device }) {
		return nil
	}
	s.mu.Lock()
	ses := s.sessions[rq.session]
	var lines []replica.Line
	if ses != nil {
		lines = ses.lines
	}
	s.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	if err := s.r.NoteLines(ctx, rq.device, lines); err != nil {
		return err // the next request of the session tries again
	}
	s.mu.Lock()
	ses.lines = nil
	s.mu.Unlock()
	return nil
}
