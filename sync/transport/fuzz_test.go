package transport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

var (
	fuzzDevice  = schema.NewID(1)
	fuzzStreams = []holding{
		{stream: changeset.Stream{Origin: changeset.Origin{Replica: fuzzDevice, Incarnation: 1}, Audience: "everyone"}, number: 3, partial: 5, total: 9},
		{stream: changeset.Stream{Origin: changeset.Origin{Replica: schema.NewID(2), Incarnation: 4}, Audience: "units:a"}, number: 1},
	}
)

// What is read of a request is written in bytes that read the same.
func FuzzRequest(f *testing.F) {
	rest := digestOf(fuzzStreams)
	for _, r := range []*digest{nil, &rest} {
		rq := request{device: fuzzDevice, session: schema.NewID(3), sequence: 7, wall: 1736470800000, waiting: 4, budget: 1 << 16, version: "1.0", holdings: fuzzStreams, rest: r}
		f.Add(rq.encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var rq, back request
		if err := rq.decode(b); err != nil {
			if !errors.Is(err, errMessage) {
				t.Fatalf("a refusal of another kind: %v", err)
			}
			return
		}
		again := rq.encode() // sorts the holdings
		if err := back.decode(again); err != nil || !bytes.Equal(back.encode(), again) {
			t.Fatalf("came back as another: %v", err)
		}
	})
}

func FuzzLines(f *testing.F) {
	lines := []replica.Line{{Incarnation: 1, Numbers: map[uint32]uint64{7: 3, 9: 1 << 40}, Openings: []replica.Opening{{Token: 1}, {Token: 1 << 31, Shift: -5}}}, {Incarnation: 1 << 31}}
	var w writer
	encodeLines(&w, lines)
	encodeLineAnswers(&w, []replica.LineAnswer{{Ahead: true, Known: []replica.Known{{}, {Incarnation: 5, Shift: 7}}}, {}})
	f.Add(w.b)
	f.Fuzz(func(t *testing.T, b []byte) {
		p := &parser{b: b}
		lines := decodeLines(p)
		answers := decodeLineAnswers(p, lines)
		if p.done() != nil {
			return
		}
		var w writer
		encodeLines(&w, lines)
		encodeLineAnswers(&w, answers)
		p = &parser{b: w.b}
		if again := decodeLines(p); !reflect.DeepEqual(again, lines) || !reflect.DeepEqual(decodeLineAnswers(p, again), answers) || p.done() != nil {
			t.Fatalf("%+v and %+v came back as others", lines, answers)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	full := answer{reason: "x", epoch: schema.NewID(4), wall: 5, held: []holding{{number: 1, partial: 2}}, refused: []refusal{{number: 3, reason: "r"}},
		certificates: []changeset.Certificate{{Replica: fuzzDevice, Key: make([]byte, 32)}}, left: 2, leftBytes: 900}
	f.Add(full.encode())
	f.Add((&answer{unlike: true}).encode())
	f.Add((&answer{withheld: []withheld{{stream: changeset.Stream{Origin: changeset.Origin{Incarnation: 1}, Audience: "everyone"}, number: 3, reason: "r", at: 8},
		{stream: changeset.Stream{Audience: "o"}, table: 1, column: 2, id: schema.NewID(2)}}, allWithheld: 5}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		var a, back answer
		if a.decode(b) != nil {
			return
		}
		if err := back.decode(a.encode()); err != nil || !reflect.DeepEqual(a, back) {
			t.Fatalf("%+v came back as %+v, %v", a, back, err)
		}
	})
}

// A stream of chunks, whole or cut.
func FuzzChunks(f *testing.F) {
	one := appendChunk(nil, &chunk{stream: fuzzStreams[0].stream, number: 4, total: 9, offset: 5, data: []byte("data")})
	f.Add(one)
	f.Add(append(bytes.Clone(one), one[:7]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bufio.NewReader(bytes.NewReader(b))
		for {
			c, err := readChunk(in)
			if err != nil {
				return
			}
			back, err := readChunk(bufio.NewReader(bytes.NewReader(appendChunk(nil, c))))
			if err != nil || !reflect.DeepEqual(c, back) {
				t.Fatalf("%+v came back as %+v, %v", c, back, err)
			}
		}
	})
}

func FuzzHead(f *testing.F) {
	f.Add(frame(magicAnswer, []byte("head")))
	f.Add([]byte("<!DOCTYPE html>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		head, err := readHead(bufio.NewReader(bytes.NewReader(b)), magicAnswer)
		if err != nil {
			if !errors.Is(err, errMessage) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
				t.Logf("a refusal: %v", err)
			}
			return
		}
		if len(head) > maxHead {
			t.Fatal("a head beyond its limit")
		}
	})
}
