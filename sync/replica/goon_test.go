package replica

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fieldkit/sync/schema"
)

// disks are copies of a kit's whole disk: without an anchor outside, nothing in them
// tells them apart.
type disks struct {
	*fleet
	dir   string
	kit   *Replica
	told  []Line        // with the changesets that the county gets next
	ahead time.Duration // of the kit's clock
}

// open opens the kit, under its own clock.
func (d *disks) open(dir string, s *schema.Schema) *Replica {
	d.t.Helper()
	r, err := Open(d.ctx, Options{Dir: dir, Schema: s, Realm: testRealm, Wall: func() time.Time { return d.now.Add(d.ahead) }, Elapsed: func() time.Duration { return d.now.Sub(time.Unix(0, 0)) }})
	d.must(err)
	d.t.Cleanup(func() { r.Close() })
	return r
}

// put puts an image in the kit's place.
func (d *disks) put(image string) {
	d.t.Helper()
	d.must(d.kit.Close())
	d.must(os.RemoveAll(d.dir))
	d.must(os.CopyFS(d.dir, os.DirFS(image)))
	d.kit = d.open(d.dir, testSchema())
}

func (d *disks) image() string {
	d.t.Helper()
	image := filepath.Join(d.t.TempDir(), "image")
	d.must(d.kit.Close())
	d.must(os.CopyFS(image, os.DirFS(d.dir)))
	d.kit = d.open(d.dir, testSchema())
	return image
}

// ask is what a sync does before it seals, and tells how often the kit was renewed.
func (d *disks) ask() (renewed int) {
	d.t.Helper()
	for {
		lines, err := d.kit.Lines(d.ctx)
		d.must(err)
		answers, err := d.root.CompareLines(d.ctx, d.kit.ID(), lines)
		d.must(err)
		d.told = lines
		again, err := d.kit.GoOn(d.ctx, lines, answers)
		d.must(err)
		if !again && d.ahead != d.kit.Ahead() {
			again, err = d.kit.Correct(d.ctx, d.ahead)
			d.must(err)
		}
		if !again {
			return renewed
		}
		renewed++
	}
}

// sync takes the kit's writes to the county, and the county's to the kit.
func (d *disks) sync() (renewed int) {
	d.t.Helper()
	renewed = d.ask()
	d.must(d.root.NoteLines(d.ctx, d.kit.ID(), d.told))
	d.give(d.kit, d.root)
	v, err := d.root.Vector(d.ctx)
	d.must(err)
	d.must(d.kit.Acknowledge(d.ctx, v, d.now))
	d.give(d.root, d.kit)
	return renewed
}

// step writes every kind of field, in a way that shows what was counted twice or lost.
func (d *disks) step(id schema.ID, add int64, word string, gone ...string) {
	d.t.Helper()
	d.write(d.kit, func(tx *Tx) error {
		if err := tx.Add("note", id, "taps", add); err != nil {
			return err
		}
		if err := tx.Include("note", id, "tags", word); err != nil {
			return err
		}
		if err := tx.Exclude("note", id, "tags", gone...); err != nil {
			return err
		}
		row, err := tx.Get("note", id)
		if err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"title": word, "secret": word, "story": row.Text("story") + "[" + word + "]"})
	})
}

func (d *disks) want(id schema.ID, taps int64, tags string, words ...string) {
	d.t.Helper()
	for _, r := range []*Replica{d.root, d.kit} {
		row := d.get(r, id)
		story := row.Text("story")
		for _, w := range words {
			if n := strings.Count(story, "["+w+"]"); n != 1 {
				d.t.Errorf("the story %q holds %s %d times", story, w, n)
			}
		}
		if got := strings.Join(row.Strings("tags"), " "); row.Int("taps") != taps || got != tags || strings.Count(story, "[") != len(words) {
			d.t.Errorf("%d taps, tags %s, story %q; want %d, %s, %v", row.Int("taps"), got, story, taps, tags, words)
		}
	}
	a, err := d.root.StateHash(d.ctx)
	d.must(err)
	b, err := d.kit.StateHash(d.ctx)
	d.must(err)
	if a != b {
		d.t.Error("the kit and the county differ")
	}
}

func newDisks(t *testing.T) *disks {
	f := newFleet(t, 2)
	f.root = f.all[0]
	return &disks{fleet: f, kit: f.all[1], dir: f.all[1].opts.Dir}
}

// A whole disk is put back from an image, the anchor with it. What was written before
// the image and after it on the disk that is gone counts once, what was written since it
// is back counts too, and none of that is another's number.
func TestADiskPutBack(t *testing.T) {
	for _, unsealed := range []bool{false, true} {
		for _, again := range []bool{false, true} {
			t.Run(fmt.Sprintf("unsealed=%v again=%v", unsealed, again), func(t *testing.T) {
				d, id := newDisks(t), schema.NewID(1)
				d.step(id, 1, "first")
				d.sync()
				sum, words, tags := int64(1), []string{"first"}, []string{"first"}
				if unsealed { // in the image, and sealed later on the disk that is gone
					d.step(id, 10, "before")
					sum, words, tags = sum+10, append(words, "before"), append(tags, "before")
				}
				image := d.image()
				d.step(id, 100, "gone")
				if n := d.sync(); n != 0 {
					t.Fatal("a kit that nothing happened to is another incarnation")
				}
				sum, words, tags = sum+100, append(words, "gone"), append(tags, "gone")
				d.put(image)
				d.step(id, 1000, "since")
				if again { // of several openings
					d.put(d.image())
					d.step(id, 10000, "later")
					sum, words, tags = sum+10000, append(words, "later"), append(tags, "later")
				}
				sum, words, tags = sum+1000, append(words, "since"), append(tags, "since")
				before := d.kit.Origin()
				if n := d.sync(); n != 1 || d.kit.Origin() == before {
					t.Fatalf("renewed %d times", n)
				}
				slices.Sort(tags)
				d.want(id, sum, strings.Join(tags, " "), words...)
				// What was written without knowing of each other is for review; what was overwritten
				// knowingly is not.
				conflicts, err := d.root.Conflicts(d.ctx)
				d.must(err)
				for _, c := range conflicts {
					if c.Loser.Value != "gone" {
						t.Errorf("%s: %v is called concurrent", c.Column, c.Loser.Value)
					}
				}
				if len(conflicts) != 2 { // title and secret
					t.Errorf("for review: %+v", conflicts)
				}
				d.step(id, 7, "end", "since")
				if n := d.sync(); n != 0 {
					t.Fatal("renewed again")
				}
				tags = append(slices.DeleteFunc(tags, func(s string) bool { return s == "since" }), "end")
				slices.Sort(tags)
				d.want(id, sum+7, strings.Join(tags, " "), append(words, "end")...)
			})
		}
	}
}

// A value that both disks had is no rival of the one that replaced it on either.
func TestADiskPutBackOverwritesKnowingly(t *testing.T) {
	d, id := newDisks(t), schema.NewID(1)
	d.step(id, 1, "before")
	image := d.image()
	d.step(schema.NewID(2), 10, "gone")
	d.sync()
	d.put(image)
	d.step(id, 100, "since")
	if d.sync() != 1 {
		t.Fatal("not renewed")
	}
	d.want(id, 101, "before since", "before", "since")
	if conflicts, err := d.root.Conflicts(d.ctx); err != nil || len(conflicts) > 0 {
		t.Fatalf("for review: %+v, %v", conflicts, err)
	}
}

// The disk is put back once more, from an image that was made after it was back the
// first time and before that was known: the same writes have got another name since.
func TestADiskPutBackTwice(t *testing.T) {
	d, id := newDisks(t), schema.NewID(1)
	d.step(id, 1, "first")
	d.sync()
	image := d.image()
	d.step(id, 10, "gone")
	d.sync()
	d.put(image)
	d.step(id, 100, "since", "first")
	second := d.image()
	if d.sync() != 1 {
		t.Fatal("not renewed")
	}
	d.step(id, 1000, "gone too")
	d.sync()
	d.put(second)
	d.step(id, 10000, "last", "since")
	if d.sync() == 0 {
		t.Fatal("not renewed")
	}
	d.want(id, 11111, "gone gone too last", "first", "gone", "since", "gone too", "last")
}

// The clock was wrong, too: what was written before the image got the right time on the
// disk that is gone, and gets the same on the one that is back.
func TestADiskPutBackWithAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{-100 * time.Hour, 100 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			d, id := newDisks(t), schema.NewID(1)
			d.step(id, 1, "first")
			d.sync()
			d.ahead = ahead
			d.put(d.image())
			d.step(id, 10, "before")
			image := d.image()
			d.step(id, 100, "gone")
			d.sync()
			d.put(image)
			d.step(id, 1000, "since")
			d.put(d.image())
			d.step(id, 10000, "later")
			d.sync()
			d.want(id, 11111, "before first gone later since", "first", "before", "gone", "since", "later")
			if held, err := d.root.HeldBack(d.ctx); err != nil || len(held) > 0 {
				t.Fatalf("held back: %+v, %v", held, err)
			}
			if row := d.get(d.root, id); row.Text("title") != "later" || row.UpdatedAt().Sub(d.now).Abs() > time.Minute {
				t.Fatalf("%q at %s, not %s", row.Text("title"), row.UpdatedAt(), d.now)
			}
		})
	}
}

// A disk that is put back and lost before it met the county leaves no trace: the next
// one goes on from the image.
func TestADiskPutBackUnseen(t *testing.T) {
	d, id := newDisks(t), schema.NewID(1)
	d.step(id, 1, "first")
	d.sync()
	image := d.image()
	d.step(id, 10, "unseen")
	d.put(image)
	d.step(id, 100, "since")
	if d.sync() != 0 {
		t.Fatal("nobody has what came after the image")
	}
	d.want(id, 101, "first since", "first", "since")
}

// What only serves to tell openings apart is kept no longer than needed.
func TestOpeningsAreForgotten(t *testing.T) {
	d, id := newDisks(t), schema.NewID(1)
	count := func(want int) {
		t.Helper()
		var openings, bases int
		d.must(d.kit.read.QueryRowContext(d.ctx, `SELECT (SELECT count(*) FROM _opening), (SELECT count(*) FROM _base)`).Scan(&openings, &bases))
		if openings != want || bases > openings {
			t.Fatalf("%d openings and %d clocks are kept, not %d", openings, bases, want)
		}
	}
	for i := range 3 {
		d.step(id, 1, fmt.Sprint("w", i))
		d.step(id, 1, fmt.Sprint("v", i))
		d.put(d.image())
		count(i + 1)
	}
	d.sync()
	count(0)
	lines, err := d.kit.Lines(d.ctx)
	d.must(err)
	if len(lines) != 1 || len(lines[0].Openings) != 1 {
		t.Fatalf("told: %+v", lines)
	}
}
