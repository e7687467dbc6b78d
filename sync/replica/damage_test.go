package replica

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"fieldkit/sync/internal/faultdisk"
)

var damages = flag.Int("damages", 200, "how often TestSilentDamage changes bytes of a database")

// dump is everything that an application can read of a replica.
func (p *powered) dump(s *story) (map[string]string, error) {
	out := map[string]string{}
	r := p.r
	rows, err := r.Select(s.ctx, "note", "")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		out["row "+row.ID.String()] = fmt.Sprint(row.Text("title"), row.Text("secret"), row.Int("amount"), row.Int("taps"), row.Own("taps"), row.Strings("tags"), row.Int("born"), row.Text("phone"), row.Text("story"), row.UpdatedAt())
	}
	for name, read := range map[string]func() (any, error){
		"state hash": func() (any, error) { return r.StateHash(s.ctx) },
		"vector":     func() (any, error) { return r.Vector(s.ctx) },
		"acked":      func() (any, error) { return r.Acknowledged(s.ctx) },
		"waiting": func() (any, error) {
			st, err := r.Status(s.ctx)
			return []int{st.Waiting, st.Held}, err
		},
		"times":     func() (any, error) { return r.Status(s.ctx) },
		"held":      func() (any, error) { return r.HeldBack(s.ctx) },
		"conflicts": func() (any, error) { return r.Conflicts(s.ctx) },
		"draft":     func() (any, error) { return r.GetLocal(s.ctx, "draft") },
		"origin":    func() (any, error) { return r.Origin(), nil },
	} {
		v, err := read()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = fmt.Sprintf("%v", v)
	}
	return out, nil
}

// look opens a damaged database and tells what it says of itself, "" for nothing.
func (p *powered) look(s *story) (found string, read map[string]string) {
	defer func() {
		if v := recover(); v != nil {
			found = fmt.Sprint("PANIC ", v)
		}
	}()
	if err := s.openOnce(p); err != nil {
		return "does not open", nil
	}
	defer p.r.Close()
	var ok string
	if err := p.r.read.QueryRow(`PRAGMA integrity_check`).Scan(&ok); err != nil || ok != "ok" {
		return "SQLite", nil
	}
	bad, err := p.r.Check(s.ctx)
	if err != nil || len(bad) > 0 {
		return "check", nil
	}
	refs, err := p.r.Missing(s.ctx, nil, everyStream)
	if err != nil {
		return "changesets", nil
	}
	for _, ref := range refs {
		if _, err := p.r.Changeset(s.ctx, ref.Stream, ref.Number); err != nil {
			return "changesets", nil
		}
	}
	if read, err = p.dump(s); err != nil {
		return "reading", nil
	}
	return "", read
}

// mayBeSilent: nothing but a comparison with other replicas shows damage of the
// values that lost a concurrent overwrite, and nothing at all that of the times in the
// status.
var mayBeSilent = map[string]bool{"times": true, "conflicts": true, "state hash": true}

// mayVanish: a whole page of nothing in the place of a table makes an empty table.
var mayVanish = map[string]bool{"acked": true, "draft": true, "waiting": true}

// Bytes of the database change behind SQLite's back: a bit, a byte, a sector that reads
// as zeros, a page that was written to another's place. Opening, SQLite's check, ours,
// or reading says so, or everything reads as before; nothing panics.
func TestSilentDamage(t *testing.T) {
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
	for i := range 12 {
		must(s.write(s.county), s.write(s.kit), s.overwrite(s.kit), s.overwrite(s.county), s.saveDraft(s.kit))
		if i%4 == 0 {
			must(s.exchange(s.kit, s.county), s.exchange(s.county, s.kit))
		}
	}
	must(s.seal(s.kit), s.write(s.kit), s.overwrite(s.kit))
	want, err := s.kit.dump(s)
	must(err)
	p := s.kit
	must(p.r.Close())
	image := p.disk.Save()
	db := p.disk.Path("data", "replica.db")
	rng := rand.New(rand.NewPCG(1, 0xda))
	met := map[string]int{}
	for n := range *damages {
		damaged := maps.Clone(image)
		b := append([]byte(nil), image[db]...)
		kind := []string{"bit", "byte", "sector", "page"}[rng.IntN(4)]
		at := rng.IntN(len(b))
		switch kind {
		case "bit":
			b[at] ^= 1 << rng.IntN(8)
		case "byte":
			b[at] ^= byte(1 + rng.IntN(255))
		case "sector":
			clear(b[at/512*512 : at/512*512+512])
		case "page":
			from := rng.IntN(len(b)) / 4096 * 4096
			copy(b[at/4096*4096:][:4096], b[from:][:4096])
		}
		if string(b) == string(image[db]) {
			met["nothing changed"]++
			continue
		}
		damaged[db] = b
		p.disk.Load(faultdisk.Image(damaged))
		found, read := p.look(s)
		if found == "" {
			found = "harmless"
			for name, value := range want {
				if read[name] != value {
					found = "silent"
					if !mayBeSilent[name] && (kind != "page" || !mayVanish[name]) {
						t.Errorf("damage %d (%s at %d): %s: %.200s, was %.200s", n, kind, at, name, read[name], value)
					}
					what, _, _ := strings.Cut(name, " ")
					met["silent "+kind+" "+what]++
				}
			}
			if len(read) != len(want) {
				found = "silent"
				t.Errorf("damage %d (%s at %d): %d things, were %d", n, kind, at, len(read), len(want))
			}
		}
		if strings.HasPrefix(found, "PANIC") {
			t.Errorf("damage %d (%s at %d): %s", n, kind, at, found)
		}
		met[found]++
	}
	if met["check"] == 0 || met["SQLite"] == 0 || met["harmless"] == 0 {
		t.Errorf("not everything was met")
	}
	t.Log(met)
}
