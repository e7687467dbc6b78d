// Package badline is a TCP line that goes bad on demand: for demos and tests of what
// must survive it. It knows nothing of what it carries.
package badline

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Line is a TCP line to one target that behaves like a phone's hotspot on a
// market square: slow, late, and cut again and again. Down, it refuses; good, it
// only passes on. What it does is drawn from a seed, though the operating
// system's timing still decides which bytes fall together.
type Line struct {
	listener net.Listener

	mu      sync.Mutex
	target  string
	state   State
	rng     *rand.Rand
	open    map[net.Conn]bool
	carried int // connections so far
	pull    int // bytes after which the next connection ends, 0 for none
	waiting sync.WaitGroup

	Bytes atomic.Int64 // both ways
	Cuts  atomic.Int64
}

// State is how the line is.
type State int

// The states of a line.
const (
	Good State = iota // only passes on
	Down              // refuses, and ends what is open
	Bad               // slow, late, and cut again and again
)

// How bad a bad line is.
const (
	badDelay     = 25 * time.Millisecond // before each piece, up to twice that
	badRate      = 48 << 10              // bytes per second
	badPiece     = 1400                  // bytes that travel together
	minLife      = 2_500                 // bytes after which a connection may be cut
	meanLife     = 9_000
	shortLife    = 1_800
	blackHoleOne = 8 // of so many cuts is a black hole: silence before the end
)

// New opens a line that leads nowhere until Set; Close ends it.
func New(seed int64) (*Line, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	k := &Line{listener: l, rng: rand.New(rand.NewPCG(uint64(seed), 0x11f7)), open: map[net.Conn]bool{}}
	k.waiting.Add(1)
	go k.accept()
	return k, nil
}

// Address is the base URL under which a server behind the line is reached.
func (k *Line) Address() string { return "https://" + k.listener.Addr().String() }

// Set changes the line's state and, unless it is "", the address it leads to.
func (k *Line) Set(state State, target string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = state
	if target != "" {
		k.target = target
	}
	k.carried = 0
	if state == Down {
		for c := range k.open {
			c.Close()
		}
	}
}

// Pull ends the next connection after so many bytes, as a cable that is pulled out;
// those after it pass.
func (k *Line) Pull(after int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pull = after
}

// Close ends the line and what it carries, and waits for that.
func (k *Line) Close() {
	k.listener.Close()
	k.Set(Down, "")
	k.waiting.Wait()
}

func (k *Line) accept() {
	defer k.waiting.Done()
	for {
		c, err := k.listener.Accept()
		if err != nil {
			return
		}
		k.waiting.Add(1)
		go func() {
			defer k.waiting.Done()
			k.carry(c)
		}()
	}
}

func (k *Line) carry(near net.Conn) {
	defer near.Close()
	k.mu.Lock()
	state, target := k.state, k.target
	life := minLife + k.rng.IntN(2*(meanLife-minLife))
	if k.carried++; state == Bad && k.carried%2 == 1 {
		life = shortLife + k.rng.IntN(shortLife) // every other call drops soon after hello
	}
	hole := state == Bad && k.rng.IntN(blackHoleOne) == 0
	pulled := k.pull
	k.pull = 0
	k.mu.Unlock()
	if state == Down {
		return
	}
	far, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer far.Close()
	k.mu.Lock()
	if k.state == Down {
		k.mu.Unlock()
		return
	}
	k.open[near], k.open[far] = true, true
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		delete(k.open, near)
		delete(k.open, far)
		k.mu.Unlock()
	}()
	switch {
	case state == Good && pulled > 0:
		life = pulled
	case state == Good:
		life = -1
	}
	left := &atomic.Int64{}
	left.Store(int64(life))
	done := make(chan ending, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() { done <- k.pass(way[0], way[1], left, life >= 0, state == Bad) }()
	}
	first := <-done
	if first == finished { // one side has said everything; the other may still answer
		if <-done == dropped {
			k.cutOff(hole)
		}
		return
	}
	if first == dropped {
		k.cutOff(hole)
	}
	near.Close()
	far.Close()
	<-done
}

// cutOff counts a cut; a black hole is silent for a while before it shows.
func (k *Line) cutOff(hole bool) {
	k.Cuts.Add(1)
	if hole {
		time.Sleep(1500 * time.Millisecond)
	}
}

// ending is how one direction of a connection came to its end.
type ending int

const (
	finished ending = iota // its sender has said everything
	broken                 // one of the two ends is gone
	dropped                // by the line
)

// pass carries one direction until it ends or its connection's life is spent.
func (k *Line) pass(from, to net.Conn, left *atomic.Int64, mortal, slow bool) ending {
	piece := make([]byte, badPiece)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			if slow {
				k.mu.Lock()
				late := badDelay + time.Duration(k.rng.Int64N(int64(badDelay)))
				k.mu.Unlock()
				time.Sleep(late + time.Duration(n)*time.Second/badRate)
			}
			if mortal {
				if rest := left.Add(-int64(n)); rest <= 0 {
					if n += int(rest); n > 0 { // the beginning of the piece still gets through
						k.write(to, piece[:n])
					}
					return dropped
				}
			}
			if !k.write(to, piece[:n]) {
				return broken
			}
		}
		if err != nil {
			if err != io.EOF {
				return broken
			}
			if c, ok := to.(*net.TCPConn); ok {
				_ = c.CloseWrite()
			}
			return finished
		}
	}
}

func (k *Line) write(to net.Conn, b []byte) bool {
	n, err := to.Write(b)
	k.Bytes.Add(int64(n))
	return err == nil
}
