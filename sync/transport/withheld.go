package transport

import (
	"context"
	"math"
	"strings"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Limits of what an answer tells of what the server took from the device and did not
// merge.
const (
	maxWithheld = 50
	maxReason   = 200 // bytes
)

// withheld is one part of it: a changeset, a row of it when table is not 0, one field
// of that when column is not 0.
type withheld struct {
	stream        changeset.Stream
	number        uint64
	table, column uint16
	id            schema.ID
	reason        string
	at            int64 // ms
}

// withheldOf lists what the server holds back of a device, and counts all of it.
func (s *Server) withheldOf(ctx context.Context, device schema.ID) (list []withheld, all int, err error) {
	held, all, err := s.r.HeldOf(ctx, device, maxWithheld)
	for _, h := range held {
		w := withheld{stream: h.Stream, number: h.Number, id: h.ID, reason: h.Reason, at: h.At.UnixMilli()}
		if len(w.reason) > maxReason {
			w.reason = strings.ToValidUTF8(w.reason[:maxReason], "")
		}
		if t := s.r.Schema().Table(h.Table); t != nil {
			w.table = t.Number
			if c := t.Column(h.Column); c != nil {
				w.column = c.Number
			}
		}
		list = append(list, w)
	}
	return list, all, err
}

// heldThere turns them into names of this device's schema.
func heldThere(s *schema.Schema, list []withheld) []replica.Held {
	out := make([]replica.Held, len(list))
	for i, w := range list {
		out[i] = replica.Held{Stream: w.stream, Number: w.number, ID: w.id, Reason: w.reason, At: time.UnixMilli(w.at)}
		if t := s.TableByNumber(w.table); t != nil {
			out[i].Table = t.Name
			if at := t.Index(w.column); w.column != 0 && at >= 0 {
				out[i].Column = t.Columns[at].Name
			}
		}
	}
	return out
}

func encodeWithheld(w *writer, list []withheld, all int) {
	w.uint(uint64(all))
	w.uint(uint64(len(list)))
	for _, h := range list {
		w.uint(uint64(h.stream.Origin.Incarnation))
		w.text(h.stream.Audience)
		w.uint(h.number)
		w.uint(uint64(h.table))
		if h.table != 0 {
			w.id(h.id)
			w.uint(uint64(h.column))
		}
		w.text(h.reason)
		w.int(h.at)
	}
}

func decodeWithheld(p *parser) (list []withheld, all int) {
	all = int(min(p.uint(), math.MaxInt32))
	for range p.count(maxWithheld) {
		h := withheld{stream: changeset.Stream{Origin: changeset.Origin{Incarnation: p.incarnation()}, Audience: p.text()}, number: p.uint()}
		if h.table = uint16(p.upTo(math.MaxUint16)); h.table != 0 {
			h.id, h.column = p.id(), uint16(p.upTo(math.MaxUint16))
		}
		h.reason, h.at = p.text(), p.int()
		list = append(list, h)
	}
	if all < len(list) {
		p.fail("count")
	}
	return list, all
}
