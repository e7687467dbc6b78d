package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/county"
	"fieldkit/internal/report"
)

// The ledger of every consultation, whenever it was.
const (
	ledgerFrom = "2018-01-01"
	ledgerTo   = "2026-12-31"
)

// reports measures a year's report, frozen, kept and written as .docx (the middle of
// three), and a ledger of every consultation with the memory of the whole process
// while it is written.
func reports(ctx context.Context, c *county.County) (Report, error) {
	var r Report
	var took []float64
	for range 3 {
		began := time.Now()
		_, draft, text, err := c.Report(ctx, "bench", county.ReportForm{Kind: "R3", From: "2025-01-01", To: "2025-12-31"})
		if err != nil {
			return r, err
		}
		if _, err := report.Docx(draft, text, report.DocxOptions{Definitions: true, Date: began}); err != nil {
			return r, err
		}
		took = append(took, ms(time.Since(began)))
	}
	slices.Sort(took)
	r.ReportMs = took[1]
	fmt.Printf("a year's report: %.0f ms\n", r.ReportMs)

	debug.FreeOSMemory()
	stop, peak := make(chan struct{}), make(chan float64)
	go func() {
		highest := resident()
		for {
			select {
			case <-stop:
				peak <- highest
				return
			case <-time.After(50 * time.Millisecond):
				highest = max(highest, resident())
			}
		}
	}()
	began := time.Now()
	counted := &counter{}
	rows, err := c.CountedLedger(ctx, "T4", ledgerFrom, ledgerTo, counted)
	elapsed := time.Since(began)
	close(stop)
	r.LedgerRSS = <-peak
	if err != nil {
		return r, err
	}
	r.LedgerRows = float64(rows) / elapsed.Seconds()
	fmt.Printf("a ledger of %d rows: %.1f s, %d MiB of .xlsx, %.0f MiB resident\n", rows, elapsed.Seconds(), counted.n>>20, r.LedgerRSS)
	return r, nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

var _ io.Writer = (*counter)(nil)

// resident is the process's memory in MiB; where the system does not tell, what the
// Go runtime has from it.
func resident() float64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.SplitSeq(string(raw), "\n") {
			if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				if kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64); err == nil {
					return kib / 1024
				}
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / (1 << 20)
}
