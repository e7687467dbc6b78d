// Command sim plays random histories of a fleet of replicas over a network that
// loses, repeats, reorders and damages what it carries, with crashes, restored and
// copied databases, wrong clocks and mixed schemas, and checks that all come to one
// state with nothing lost:
//
//	go run ./sync/sim --steps 100000 --seeds 1-10
//
// The same seed plays the same history: its trace hash is printed. A history that
// fails is printed with its seed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// rare are events without which many steps prove little.
var rare = []string{"abort", "clock", "clone", "compacted", "correct", "crash", "crash before anchor", "exchange cut", "exchange flipped", "exchange lost", "exchange shuffled", "exchange twice",
	"gap", "join", "key", "release", "renew", "restore", "restore disk", "upgrade", "write redact", "write resolve"}

func main() {
	steps := flag.Int("steps", 20_000, "steps of each history")
	seeds := flag.String("seeds", "1-2", "seeds, as FIRST-LAST")
	verbose := flag.Bool("v", false, "print every step")
	flag.Parse()
	var first, last uint64
	if n, err := fmt.Sscanf(*seeds, "%d-%d", &first, &last); n < 1 || err != nil && n < 1 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	} else if n == 1 {
		last = first
	}
	began := time.Now()
	var mu sync.Mutex
	total, failed := 0, 0
	events := map[string]int{}
	var work sync.WaitGroup
	next := make(chan uint64)
	for range min(runtime.GOMAXPROCS(0), int(last-first)+1) {
		work.Go(func() {
			for seed := range next {
				w, err := play(context.Background(), seed, *steps, *verbose)
				mu.Lock()
				total += w.steps
				for name, n := range w.events {
					events[name] += n
				}
				if err != nil {
					failed++
					fmt.Printf("seed %d FAILED after %d steps: %v\n", seed, w.steps, err)
				} else {
					fmt.Printf("seed %d: %d steps, trace %x\n", seed, w.steps, w.trace.Sum(nil)[:8])
				}
				mu.Unlock()
			}
		})
	}
	for seed := first; seed <= last; seed++ {
		next <- seed
	}
	close(next)
	work.Wait()
	fmt.Printf("%d steps, seeds %d-%d, %d failed, %.1f s\n", total, first, last, failed, time.Since(began).Seconds())
	var met []string
	for name, n := range events {
		met = append(met, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(met)
	fmt.Println("met:", strings.Join(met, ", "))
	if total >= 500_000 {
		for _, name := range rare {
			if events[name] == 0 {
				fmt.Printf("not exercised: %s\n", name)
				failed++
			}
		}
	}
	if failed > 0 {
		os.Exit(1)
	}
}
