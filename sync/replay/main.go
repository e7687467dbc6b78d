// Command replay plays a workload of timed operations over one replica per
// device and a hub, syncs them over loopback HTTP and prints what that cost and
// whether everything came out right:
//
//	go run ./sync/replay --workload OPS.jsonl [--final FINAL.jsonl] [--sealed] --json
//
// A workload is a JSON object a line: insert, update, increment or delete of a
// row by a device at a time, and sync, at which all exchange. Beside every
// measured rate stands the rate of the same operations as plain SQL on plain
// tables in the same run: machines differ, the ratio travels.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"fieldkit/sync/schema"
)

// op is a line of a workload.
type op struct {
	At     int64          `json:"at"` // ms
	Device string         `json:"device"`
	Op     string         `json:"op"` // insert, update, increment, delete, sync
	Table  string         `json:"table"`
	ID     string         `json:"id"`
	Set    map[string]any `json:"set"`
	Col    string         `json:"col"`
	By     int64          `json:"by"`

	line int
	id   schema.ID
	// values are Set as the column's types ask for, without the counter.
	values  schema.Values
	counter int64 // of an insert
}

// parse checks a line against the tables; the error names the line.
func parse(line int, raw []byte, s *schema.Schema) (*op, error) {
	o := &op{line: line}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("line %d is not a JSON object of an operation: %w", line, err)
	}
	if o.At <= 0 || o.Device == "" {
		return nil, fmt.Errorf("line %d has no time or no device", line)
	}
	if o.Op == "sync" {
		return o, nil
	}
	t := s.Table(o.Table)
	if t == nil {
		return nil, fmt.Errorf("line %d names the unknown table %q", line, o.Table)
	}
	var err error
	if o.id, err = schema.ParseID(o.ID); err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	switch o.Op {
	case "insert", "update":
		o.values = schema.Values{}
		for name, v := range o.Set {
			c := t.Column(name)
			if c == nil {
				return nil, fmt.Errorf("line %d names the unknown column %s.%s", line, o.Table, name)
			}
			if n, ok := v.(float64); ok {
				v = int64(n)
			}
			if c.Kind == schema.Counter {
				n, ok := v.(int64)
				if !ok {
					return nil, fmt.Errorf("line %d: %s is not a number", line, name)
				}
				o.counter = n
				continue
			}
			if _, err := c.Normalize(v); err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			o.values[name] = v
		}
	case "increment":
		if c := t.Column(o.Col); c == nil || c.Kind != schema.Counter {
			return nil, fmt.Errorf("line %d increments %s.%s, which is no counter", line, o.Table, o.Col)
		}
	case "delete":
	default:
		return nil, fmt.Errorf("line %d has the unknown operation %q", line, o.Op)
	}
	return o, nil
}

// each streams a workload.
func each(path string, s *schema.Schema, fn func(*op) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		o, err := parse(n, lines.Bytes(), s)
		if err != nil {
			return err
		}
		if err := fn(o); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

// spool puts standard input into a file, since a workload is read several times.
func spool(path string) (_ string, done func(), err error) {
	if path != "-" {
		return path, func() {}, nil
	}
	f, err := os.CreateTemp("", "fieldkit-workload-*.jsonl")
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.Remove(f.Name()) } // a temporary file
	if _, err = io.Copy(f, os.Stdin); err == nil {
		err = f.Close()
	}
	if err != nil {
		done()
	}
	return f.Name(), done, err
}

// result is what is printed.
type result struct {
	Ops       int   `json:"ops"`
	Rows      int   `json:"rows"`
	Replicas  int   `json:"replicas"`
	WireBytes int64 `json:"wire_bytes"` // bodies of requests and responses
	WireUp    int64 `json:"wire_bytes_up"`
	WireDown  int64 `json:"wire_bytes_down"`
	Requests  int   `json:"requests"`

	LocalRate      float64 `json:"local_ops_per_s"`       // one durable transaction per operation
	FloorLocalRate float64 `json:"floor_local_ops_per_s"` // the same as plain statements
	MergeRate      float64 `json:"merge_ops_per_s"`       // decode, verify, merge, commit
	FloorMergeRate float64 `json:"floor_merge_ops_per_s"` // the same operations as plain UPSERTs
	// MergeEnd is the rate over the last tenth of the bytes merged, as a share of
	// that over the first: 1 when a grown database merges as fast as a new one.
	MergeEnd float64 `json:"merge_rate_end_to_start,omitempty"`
	// With --sealed: the merge rate with every column open, and how much longer
	// merging takes for the sealing, as a share.
	OpenMergeRate *float64 `json:"open_merge_ops_per_s,omitempty"`
	SealingCost   *float64 `json:"sealing_cost,omitempty"`

	HubBytes   int64 `json:"hub_bytes"`
	PlainBytes int64 `json:"plain_bytes"`

	Converged     bool  `json:"converged"`
	Expected      *bool `json:"expected,omitempty"`                          // with --final
	DifferentKept *int  `json:"concurrent_different_columns_kept,omitempty"` // with --final, from its expect.json
	CountersExact *int  `json:"counters_exact,omitempty"`
	PeakRSS       int64 `json:"peak_rss_bytes"`
}

func main() {
	workload := flag.String("workload", "", "file of operations, - for standard input")
	final := flag.String("final", "", "file of the rows expected when all is merged")
	asJSON := flag.Bool("json", false, "print one JSON object")
	sealed := flag.Bool("sealed", false, "seal names, telephone numbers and notes instead of leaving every column open")
	flag.Parse()
	if *workload == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	began := time.Now()
	path, done, err := spool(*workload)
	if err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
	r, err := replay(context.Background(), path, *final, *sealed)
	done()
	if err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
	if *asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			fmt.Fprintln(os.Stderr, "replay:", err)
			os.Exit(1)
		}
		return
	}
	fmt.Printf("%d operations on %d rows, %d replicas, %.1f s\n", r.Ops, r.Rows, r.Replicas, time.Since(began).Seconds())
	fmt.Printf("wire up %d (%.1f B an operation), down %d\n", r.WireUp, float64(r.WireUp)/float64(r.Ops), r.WireDown)
	fmt.Printf("local %.0f/s (%.2f of plain), merge %.0f/s (%.2f of plain), hub %.2f of plain tables\n", r.LocalRate, r.LocalRate/r.FloorLocalRate, r.MergeRate, r.MergeRate/r.FloorMergeRate, float64(r.HubBytes)/float64(r.PlainBytes))
	if r.SealingCost != nil {
		fmt.Printf("sealing makes merging %.0f %% longer\n", 100**r.SealingCost)
	}
	fmt.Printf("converged %v\n", r.Converged)
}
