package story

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fieldkit/internal/county"
	"fieldkit/internal/figures"
	"fieldkit/internal/report"
	"fieldkit/sync/schema"
)

// written is one of the three reports.
type written struct {
	draft *report.Draft
	text  string
}

// plain is a report's text as it is read.
func (r *written) plain() string {
	var b strings.Builder
	blocks := report.Parse(r.text, r.draft.Show)
	for i := range blocks {
		b.WriteString(blocks[i].Text() + "\n")
	}
	return b.String()
}

// report drafts a report of 2025 from the county's records as they stand.
func (w *World) report(ctx context.Context, kind string) (*written, error) {
	clerk, err := w.signIn(ctx)
	if err != nil {
		return nil, err
	}
	defer clerk.close()
	var devices []county.DeviceInfo
	if err := clerk.call(ctx, &devices, "County/Devices"); err != nil {
		return nil, err
	}
	q := report.Request{Kind: kind, From: "2025-01-01", To: "2025-12-31", County: w.County.Name(), Now: w.clock.read()}
	for _, d := range devices {
		q.Kits = append(q.Kits, report.Kit{Label: d.Label, Unit: d.Unit, LastSeen: d.LastSeen, Waiting: d.Waiting, State: d.State})
	}
	switch kind {
	case "R1":
		q.Units = []schema.ID{w.kit(5).unit}
	case "R2":
		q.Units = []schema.ID{w.kit(3).unit}
	}
	d, text, err := report.Build(ctx, w.County.Replica(), q)
	if err != nil {
		return nil, fmt.Errorf("draft %s: %w", kind, err)
	}
	return &written{d, text}, nil
}

// ledger writes one ledger of 2025, names masked.
func (w *World) ledger(ctx context.Context, dir, code string) error {
	scope := figures.Scope{From: "2025-01-01", To: "2025-12-31"}
	f, err := os.Create(filepath.Join(dir, report.LedgerFile(code, scope.From, scope.To)))
	if err != nil {
		return fmt.Errorf("write a ledger: %w", err)
	}
	err = report.WriteLedger(ctx, w.County.Replica(), code, report.LedgerOptions{Scope: scope}, f)
	return errors.Join(err, f.Close())
}

// documents writes what the year comes to into a directory: the figures as JSON, the
// three reports and the ledgers.
func (w *World) documents(ctx context.Context, dir string, cases []Case, r *Results, converged error) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the documents: %w", err)
	}
	for _, kind := range []string{"R1", "R2", "R3"} {
		one, err := w.report(ctx, kind)
		if err != nil {
			return err
		}
		raw, err := report.Docx(one.draft, one.text, report.DocxOptions{Definitions: true, Date: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return fmt.Errorf("write %s: %w", kind, err)
		}
		name := one.draft.FileName() + ".docx"
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			return fmt.Errorf("write the documents: %w", err)
		}
		w.say("   %s", name)
	}
	for _, code := range report.LedgerCodes {
		if err := w.ledger(ctx, dir, code); err != nil {
			return err
		}
	}
	w.say("   台账 %d 本", len(report.LedgerCodes))
	f, err := os.Create(filepath.Join(dir, "figures.json"))
	if err != nil {
		return fmt.Errorf("write the documents: %w", err)
	}
	if err := w.encode(f, cases, r, converged); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
