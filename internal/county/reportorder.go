package county

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/internal/report"
	"fieldkit/sync/schema"
)

// ReportOrder is what the command line asks for.
type ReportOrder struct {
	Kind, From, To string
	Units          []string // codes
	Out            string   // the .docx
	Ledgers        string   // a directory for T1 to T12; "" writes none
	Definitions    bool
}

// WriteReport freezes a report, keeps it beside those made on the dashboard, and
// writes it and the ledgers. It returns the files that were written. A file appears
// only when it is whole.
func (c *County) WriteReport(ctx context.Context, o ReportOrder) ([]string, error) {
	return writeFiles(ctx, c, o)
}

// orderedUnits are the ids of an order's units.
func (c *County) orderedUnits(ctx context.Context, o ReportOrder) ([]schema.ID, error) {
	var units []schema.ID
	for _, code := range o.Units {
		id := model.UnitID(c.realm, strings.ToUpper(code))
		row, err := c.replica.Get(ctx, "unit", id)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return nil, userError("unit_unknown", "unit", "没有代码为“"+code+"”的单位，没有生成报告。", "There is no unit with the code “"+code+"”; no report was made.")
		}
		units = append(units, id)
	}
	return units, nil
}

func (c *County) orderedReport(ctx context.Context, o ReportOrder) ([]byte, error) {
	units, err := c.orderedUnits(ctx, o)
	if err != nil {
		return nil, err
	}
	f := ReportForm{Kind: o.Kind, From: o.From, To: o.To}
	for _, id := range units {
		f.Units = append(f.Units, id.String())
	}
	_, d, text, err := c.Report(ctx, "命令行", f)
	if err != nil {
		return nil, err
	}
	raw, err := c.Docx(ctx, d, text, o.Definitions)
	if err != nil {
		return nil, err
	}
	return raw, c.store.record(ctx, entry{Actor: "console", Action: "export", Subject: filepath.Base(o.Out)})
}

func (c *County) orderedLedger(ctx context.Context, o ReportOrder, code string, w io.Writer) error {
	units, err := c.orderedUnits(ctx, o)
	if err != nil {
		return err
	}
	if err := c.WriteLedger(ctx, code, o.From, o.To, units, w); err != nil {
		return err
	}
	return c.store.record(ctx, entry{Actor: "console", Action: "export", Subject: report.LedgerFile(code, o.From, o.To)})
}

// writeWhole writes a file under another name and gives it its own when it is complete.
func writeWhole(path string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".fieldkit-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(fill(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
