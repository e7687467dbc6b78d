package replica

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"testing"

	"fieldkit/sync/changeset"
	"fieldkit/sync/internal/faultdisk"
	"fieldkit/sync/schema"
)

var sweepStep = flag.Int("sweepstep", 7, "TestEveryCallMayFail fails every so many-th call")

// flows are what a replica does, each as one call that is durable or an error.
var flows = []struct {
	name string
	do   func(s *story, p, peer *powered) error
	// county: it is the county that does it. Each of its parts is done as a whole.
	county bool
}{
	{"write", func(s *story, p, _ *powered) error { return s.write(p) }, false},
	{"overwrite", func(s *story, p, _ *powered) error { return s.overwrite(p) }, false},
	{"draft", func(s *story, p, _ *powered) error { return s.saveDraft(p) }, false},
	{"seal", func(s *story, p, _ *powered) error { return p.r.Seal(s.ctx) }, false},
	{"merge", func(s *story, p, peer *powered) error {
		raws, err := s.lacking(peer, p)
		if err != nil {
			return err
		}
		out, err := p.r.Apply(s.ctx, raws...)
		for _, a := range out {
			err = errors.Join(err, a.Err)
		}
		return err
	}, false},
	{"keep a beginning", func(s *story, p, peer *powered) error {
		return p.r.KeepPartial(s.ctx, Partial{Stream: changeset.Stream{Origin: peer.r.Origin(), Audience: "everyone"}, Number: 9, Total: 100, Bytes: []byte("begin")})
	}, false},
	{"acknowledge", func(s *story, p, _ *powered) error {
		v, err := p.r.Vector(s.ctx)
		if err != nil {
			return err
		}
		return p.r.Acknowledge(s.ctx, v, s.now)
	}, false},
	{"snapshot", func(s *story, p, _ *powered) error { return p.r.Snapshot(s.ctx) }, true},
	{"compact", func(s *story, p, _ *powered) error { return s.compact(p) }, true},
	{"back up", func(s *story, p, _ *powered) error { return p.r.Backup(s.ctx, p.disk.Path("backup")) }, true},
	{"restart", func(s *story, p, _ *powered) error { return errors.Join(p.r.Close(), s.openOnce(p)) }, false},
}

// lacking are the bytes that one has and the other lacks.
func (s *story) lacking(from, to *powered) (raws [][]byte, err error) {
	has, err := to.r.Vector(s.ctx)
	if err != nil {
		return nil, err
	}
	refs, err := from.r.Missing(s.ctx, has, everyStream)
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		raw, err := from.r.Changeset(s.ctx, ref.Stream, ref.Number)
		if err != nil {
			return nil, err
		}
		raws = append(raws, raw)
	}
	return raws, nil
}

// stage is a story that can be brought back to where its flows begin.
func stage(t *testing.T) (s *story, back func()) {
	t.Helper()
	s = newStory(1, "")
	s.county, s.kit = s.replica("county", 1), s.replica("kit", 2)
	both := []*powered{s.county, s.kit}
	t.Cleanup(func() {
		for _, p := range both {
			p.r.Close()
			p.disk.Close()
		}
	})
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	must(s.start(s.county), s.start(s.kit), s.enrol())
	for range 4 {
		must(s.write(s.county), s.write(s.kit), s.overwrite(s.kit), s.saveDraft(s.kit))
	}
	must(s.exchange(s.kit, s.county), s.exchange(s.county, s.kit))
	must(s.write(s.county), s.overwrite(s.county), s.seal(s.county), s.write(s.kit), s.seal(s.kit), s.write(s.kit), s.overwrite(s.kit), s.saveDraft(s.kit))
	images := map[*powered]faultdisk.Image{}
	promised := map[*powered]powered{}
	for _, p := range both {
		must(p.r.Close())
		images[p], promised[p] = p.disk.Save(), *p
	}
	return s, func() {
		t.Helper()
		for _, p := range both {
			_ = p.r.Close()
			p.disk.Load(images[p])
			was := promised[p]
			was.rows, was.later, was.redacted = maps.Clone(was.rows), maps.Clone(was.later), maps.Clone(was.redacted)
			was.vector, was.acked = maps.Clone(was.vector), maps.Clone(was.acked)
			*p = was
			must(s.open(p))
		}
	}
}

// The power goes in each change that a flow makes to the disk, one after the other:
// afterwards the flow was done as a whole or not at all, and everything goes on.
func TestPowerCutInEveryChange(t *testing.T) {
	s, back := stage(t)
	for _, flow := range flows {
		p, peer := s.kit, s.county
		if flow.county {
			p, peer = peer, p
		}
		n, step := 1, 1
		if flow.county { // these make many
			step = (*sweepStep + 1) / 2
		}
		for ; ; n += step {
			back()
			p.disk.CutIn(n)
			err := flow.do(s, p, peer)
			if !p.disk.Off() {
				p.disk.CutIn(0)
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			_ = p.r.Close() // without power
			p.disk.Reboot()
			for _, next := range []func() error{
				func() error { return s.openOnce(p) },
				func() error { return s.kept(p) },
				func() error { return s.write(p) },
				func() error { return s.converge() },
			} {
				if err := next(); err != nil {
					t.Fatalf("%s, change %d, then %v", flow.name, n, err)
				}
			}
		}
		if n == 1 {
			t.Errorf("%s changes nothing", flow.name)
		}
		t.Logf("%s: cut in %d changes", flow.name, (n-1)/step)
	}
}

// Whichever call to the disk fails, once or from then on: what was asked is done as
// a whole or refused as a whole, what was there stays, and as soon as the disk is
// well again the next write goes through, without a restart and after one.
func TestEveryCallMayFail(t *testing.T) {
	s, back := stage(t)
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	for _, flow := range flows {
		p, peer := s.kit, s.county
		if flow.county {
			p, peer = peer, p
		}
		for _, fault := range []faultdisk.Fault{{}, {Stays: true}, {Forgets: true}} {
			if fault.Forgets && flow.name != "write" && flow.name != "merge" {
				continue
			}
			tried, refused := 0, 0
			for n := 1; ; n += *sweepStep {
				back()
				before, err := p.r.StateHash(s.ctx)
				must(err)
				fault.At = n
				p.disk.Fail(fault)
				err = flow.do(s, p, peer)
				_, failed := p.disk.Calls()
				p.disk.Fail(faultdisk.Fault{})
				where := fmt.Sprintf("%s, call %d (stays: %v): %v", flow.name, n, fault.Stays, err)
				if failed == 0 {
					must(err)
					break
				}
				tried++
				if flow.name == "restart" && err != nil {
					refused++
					must(s.open(p)) // the next start is an ordinary one
				} else if err != nil {
					refused++
					after, hashErr := p.r.StateHash(s.ctx)
					must(hashErr)
					if after != before {
						t.Fatalf("%s: something of what was refused is there", where)
					}
				}
				p.open = nil
				for _, next := range []func() error{
					func() error { return s.kept(p) },
					func() error { return s.write(p) },
					func() error { return s.overwrite(p) },
					func() error { return s.converge() },
					func() error { return s.restart(p) },
					func() error { return s.kept(p) },
				} {
					if err := next(); err != nil {
						t.Fatalf("%s, then %v", where, err)
					}
				}
			}
			if refused == 0 {
				t.Errorf("%s: no failing call was noticed", flow.name)
			}
			t.Logf("%s (stays: %v): %d failing calls tried, %d refused", flow.name, fault.Stays, tried, refused)
		}
	}
}

// A read that fails is told: it is never a shorter answer.
func TestFailingReadsAreTold(t *testing.T) {
	s := newStory(1, "")
	s.county, s.kit = s.replica("county", 1), s.replica("kit", 2)
	defer s.county.disk.Close()
	defer s.kit.disk.Close()
	must := func(errs ...error) {
		t.Helper()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	must(s.start(s.county), s.start(s.kit), s.enrol())
	defer s.county.r.Close()
	for range 25 {
		must(s.write(s.kit), s.write(s.county), s.overwrite(s.county), s.overwrite(s.kit), s.seal(s.kit))
	}
	must(s.exchange(s.kit, s.county), s.exchange(s.county, s.kit), s.write(s.kit))
	_, err := s.kit.r.conn.ExecContext(s.ctx, `UPDATE note SET amount = amount + 1 WHERE _n = (SELECT max(_n) FROM note)`) // for check to find
	must(err, s.kit.r.Close())
	image := s.kit.disk.Save()
	reads := map[string]func(r *Replica) (any, error){
		"state hash": func(r *Replica) (any, error) { return r.StateHash(s.ctx) },
		"check":      func(r *Replica) (any, error) { return r.Check(s.ctx) },
		"vector":     func(r *Replica) (any, error) { return r.Vector(s.ctx) },
		"acked":      func(r *Replica) (any, error) { return r.Acknowledged(s.ctx) },
		"missing":    func(r *Replica) (any, error) { return r.Missing(s.ctx, nil, everyStream) },
		"conflicts":  func(r *Replica) (any, error) { return r.Conflicts(s.ctx) },
		"status":     func(r *Replica) (any, error) { return r.Status(s.ctx) },
		"waiting":    func(r *Replica) (any, error) { return r.Waiting(s.ctx, 1000) },
		"blended":    func(r *Replica) (any, error) { return r.Blended(s.ctx) },
		"survivors":  func(r *Replica) (any, error) { return r.Survivors(s.ctx, "note") },
		"progress": func(r *Replica) (any, error) {
			return r.Progress(s.ctx, "note", slices.SortedFunc(maps.Keys(s.kit.rows), func(a, b schema.ID) int { return bytes.Compare(a[:], b[:]) })[:5])
		},
		"select": func(r *Replica) (any, error) {
			rows, err := r.Select(s.ctx, "note", "ORDER BY id")
			var out []string
			for _, row := range rows {
				out = append(out, row.ID.String()+row.Text("secret"))
			}
			return out, err
		},
		"versions": func(r *Replica) (any, error) { return r.Versions(s.ctx, "note", commonRow) },
	}
	for name, read := range reads {
		var want string
		told := 0
		for n := 0; ; n++ { // 0: without a fault
			s.kit.disk.Load(image)
			must(s.openOnce(s.kit))
			if _, err := s.kit.r.conn.ExecContext(s.ctx, "PRAGMA shrink_memory"); err != nil {
				t.Fatal(err)
			}
			s.kit.disk.Fail(faultdisk.Fault{At: n})
			got, err := read(s.kit.r)
			_, failed := s.kit.disk.Calls()
			s.kit.disk.Fail(faultdisk.Fault{})
			must(s.kit.r.Close())
			if n == 0 {
				must(err)
				want = fmt.Sprint(got)
				continue
			}
			if failed == 0 {
				break
			}
			if err != nil {
				told++
			} else if fmt.Sprint(got) != want {
				t.Errorf("%s, call %d fails: %.200v, not %.200s", name, n, got, want)
				break
			}
		}
		if told == 0 {
			t.Errorf("%s: no failing call was told", name)
		}
		t.Logf("%s: %d failing calls told", name, told)
	}
}
