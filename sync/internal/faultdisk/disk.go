package faultdisk

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"sync"
)

// Disk is one disk. It is safe for concurrent use.
//
// What was written is only sure once it was synced: a file's content by a sync of
// the file, a name by a sync of its directory. Directories themselves are always
// there.
type Disk struct {
	root string // of every path on it

	mu    sync.Mutex
	rng   *rand.Rand
	boot  int               // how often the power came back; what was opened before is void
	names map[string]*inode // as programs see them
	sure  map[string]*inode // as they are after a cut for certain
	moves []move            // what was done to names and is not yet sure
	off   bool
	cutIn int // changes until the power is cut, 0 never
	space int // bytes that fit, 0 any number

	fault   Fault
	calls   int // since the fault was set
	failed  int
	changes int
}

// inode is the content of a file.
type inode struct {
	data    []byte // as programs see it
	sure    []byte // as it is after a cut for certain
	pending []change
	handles map[*handle]bool
	shared  sharedMemory
}

// change is a write, or a truncation when data is nil.
type change struct {
	at   int
	data []byte
}

// move is a name given, taken away, or given to what had another.
type move struct {
	from, to string // "" for none
	node     *inode
}

// Fault says which call fails.
type Fault struct {
	// At: the At-th call from now on that may fail does; 0 for none.
	At int
	// Stays: so do all after it.
	Stays bool
	// Forgets: a sync that fails takes what it should have made sure out of reach
	// of the next sync, as Linux does.
	Forgets bool
	// Code is what SQLite is told; 0 for the usual code of the call.
	Code int32
}

var (
	registry = struct {
		sync.Mutex
		disks map[string]*Disk
		n     int
	}{disks: map[string]*Disk{}}
)

// New makes an empty disk. What it loses in cuts follows from the seed. Close it.
func New(seed uint64) *Disk {
	d := &Disk{rng: rand.New(rand.NewPCG(seed, 0xd15c)), names: map[string]*inode{}, sure: map[string]*inode{}}
	registry.Lock()
	defer registry.Unlock()
	registry.n++
	d.root = fmt.Sprintf("/faultdisk-%d", registry.n)
	registry.disks[d.root] = d
	register()
	return d
}

// Close forgets the disk.
func (d *Disk) Close() {
	registry.Lock()
	defer registry.Unlock()
	delete(registry.disks, d.root)
}

// Path is the path of a file on the disk.
func (d *Disk) Path(elem ...string) string { return path.Join(append([]string{d.root}, elem...)...) }

// diskOf finds the disk on which a path lies.
func diskOf(name string) *Disk {
	rest := strings.TrimPrefix(name, "/")
	root, _, _ := strings.Cut(rest, "/")
	registry.Lock()
	defer registry.Unlock()
	return registry.disks["/"+root]
}

// Changes counts the calls that changed something, or made it sure.
func (d *Disk) Changes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// CutIn cuts the power in the n-th change from now on: that one is under way when
// it happens, and no call after it succeeds until Reboot. 0 takes the cut back.
func (d *Disk) CutIn(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutIn = n
}

// Off tells whether the power is cut.
func (d *Disk) Off() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

// Fail sets the fault, and counts calls from now on; Fail(Fault{}) takes it back.
func (d *Disk) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.calls, d.failed = f, 0, 0
}

// Calls counts the calls since Fail that could fail, and those that did.
func (d *Disk) Calls() (calls, failed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls, d.failed
}

// Fill leaves room for so many bytes more; below zero for any number.
func (d *Disk) Fill(room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.space = 0
	if room >= 0 {
		d.space = d.used() + room + 1
	}
}

func (d *Disk) used() int {
	n := 0
	for _, f := range d.names {
		n += len(f.data)
	}
	return n
}

// fits tells whether a file may grow to a size.
func (d *Disk) fits(f *inode, size int) bool {
	return d.space == 0 || size <= len(f.data) || d.used()+size-len(f.data) < d.space
}

// fails tells whether the call that begins now fails, for want of power or by the fault.
func (d *Disk) fails() bool {
	if d.off {
		return true
	}
	d.calls++
	if d.fault.At > 0 && (d.calls == d.fault.At || d.fault.Stays && d.calls > d.fault.At) {
		d.failed++
		return true
	}
	return false
}

// cut counts a change that was just recorded, and tells whether the power went
// before it was complete.
func (d *Disk) cut() bool {
	d.changes++
	if d.cutIn > 0 {
		d.cutIn--
		d.off = d.cutIn == 0
	}
	return d.off
}

// write changes what programs see.
func (f *inode) write(c change) {
	f.data = apply(f.data, c)
	f.pending = append(f.pending, c)
}

// apply is content with a change made to it.
func apply(content []byte, c change) []byte {
	if c.data == nil {
		if c.at <= len(content) {
			return content[:c.at]
		}
		return append(content, make([]byte, c.at-len(content))...)
	}
	if end := c.at + len(c.data); end > len(content) {
		content = append(content, make([]byte, end-len(content))...)
	}
	copy(content[c.at:], c.data)
	return content
}

// sync makes a file's content sure.
func (f *inode) sync() {
	for _, c := range f.pending {
		f.sure = apply(f.sure, c)
	}
	f.pending = nil
}

// rename does something to names.
func (d *Disk) rename(m move) {
	if m.from != "" {
		delete(d.names, m.from)
	}
	if m.to != "" {
		d.names[m.to] = m.node
	}
	d.moves = append(d.moves, m)
}

// syncDir makes the names in a directory sure.
func (d *Disk) syncDir(dir string) {
	var left []move
	for _, m := range d.moves {
		if m.from != "" && path.Dir(m.from) == dir || m.to != "" && path.Dir(m.to) == dir {
			m.make(d.sure)
		} else {
			left = append(left, m)
		}
	}
	d.moves = left
}

func (m move) make(names map[string]*inode) {
	if m.from != "" && names[m.from] == m.node {
		delete(names, m.from)
	}
	if m.to != "" {
		names[m.to] = m.node
	}
}

// sector is what a disk writes whole or not at all.
const sector = 512

// Reboot brings the power back: the disk shows what was sure, and of the rest what
// chance kept. Whoever had files open has lost them.
func (d *Disk) Reboot() {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := map[string]*inode{}
	for name, f := range d.sure {
		names[name] = f
	}
	keep := d.chance()
	for _, m := range d.moves {
		if keep() {
			m.make(names)
		}
	}
	seen := map[*inode]*inode{}
	d.names, d.sure = map[string]*inode{}, map[string]*inode{}
	for _, name := range sorted(names) {
		old := names[name]
		if seen[old] == nil {
			content := d.survive(old)
			seen[old] = &inode{data: content, sure: append([]byte(nil), content...), handles: map[*handle]bool{}}
		}
		d.names[name], d.sure[name] = seen[old], seen[old]
	}
	d.moves, d.off, d.cutIn, d.fault, d.space = nil, false, 0, Fault{}, 0
	d.boot++
}

// chance is one way in which a disk keeps unsure things: all, none, the first few,
// or some.
func (d *Disk) chance() func() bool {
	left, p := d.rng.IntN(12), d.rng.Float64()
	switch d.rng.IntN(6) {
	case 0:
		return func() bool { return true }
	case 1:
		return func() bool { return false }
	case 2:
		return func() bool { left--; return left >= 0 }
	}
	return func() bool { return d.rng.Float64() < p }
}

// survive is what is left of a file: of each change that is not sure, all, nothing,
// or some sectors; at times one that was under way holds neither what it did nor what
// it should.
func (d *Disk) survive(f *inode) []byte {
	content := append([]byte(nil), f.sure...)
	keep, torn, garbled := d.chance(), d.rng.IntN(2) == 0, d.rng.IntN(4) == 0
	for _, c := range f.pending {
		if c.data == nil || !torn {
			if keep() {
				content = apply(content, c)
			}
			continue
		}
		for from := 0; from < len(c.data); {
			to := min(len(c.data), from+sector-(c.at+from)%sector)
			switch {
			case garbled && d.rng.IntN(8) == 0:
				noise := make([]byte, to-from)
				for i := range noise {
					noise[i] = byte(d.rng.Uint32())
				}
				content = apply(content, change{c.at + from, noise})
			case keep():
				content = apply(content, change{c.at + from, c.data[from:to]})
			}
			from = to
		}
	}
	return content
}

// Image is the content of a disk whose power is on and which nobody uses.
type Image map[string][]byte

// Save copies what programs see.
func (d *Disk) Save() Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	image := Image{}
	for name, f := range d.names {
		image[name] = append([]byte(nil), f.data...)
	}
	return image
}

// Load puts an image back, surely, as Reboot does.
func (d *Disk) Load(image Image) {
	d.mu.Lock()
	d.names, d.moves = map[string]*inode{}, nil
	d.sure = map[string]*inode{}
	for name, content := range image {
		d.sure[name] = &inode{sure: content}
	}
	d.mu.Unlock()
	d.Reboot()
}
