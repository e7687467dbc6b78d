package report

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// LedgerCodes are the ledgers (台账) T1 to T12.
var LedgerCodes = []string{"T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12"}

// Kinds of a ledger's cells.
const (
	cellText  = "text"
	cellInt   = "int"
	cellYuan  = "yuan"  // fen in, 元 with two decimals out
	cellRate  = "rate"  // tenths of a percent in, a percentage out
	cellTime  = "time"  // ms in, 2025-12-31 09:00 out
	cellHours = "hours" // tenths in
)

// column is one between 单位 and 备注; total is the formula of the last row (ledgertotal.go).
type column struct {
	head  string
	kind  string
	width float64
	total string
}

// ledger is one sheet. rows emits its lines in order of date.
type ledger struct {
	name    string
	figure  string // the figure that a total equals, for the test and the reader
	columns []column
	rows    func(ctx context.Context, l *ledgerRun, emit func(line) error) error
}

// line is one row: day is local days since 1970, 0 for none; cells are string,
// int64 or nil, one a column.
type line struct {
	day   int64
	unit  schema.ID
	cells []any
	note  string
}

// LedgerOptions are the choices of an export.
type LedgerOptions struct {
	Scope    figures.Scope
	Personal bool // names and telephone numbers in full; the caller logs the reason
	// Progress is told how many rows are written, every few thousand; nil: nobody.
	Progress func(rows int64)
}

// LedgerName is what a ledger is called; "" when there is none of the code.
func LedgerName(code string) string { return ledgers[code].name }

// ledgerRun is what the rows of a ledger are made from.
type ledgerRun struct {
	replica *replica.Replica
	reader  *figures.Reader
	names   model.Names
	o       LedgerOptions
	units   map[schema.ID]string
}

// rowsOfSheet is how many rows a sheet takes besides its header and its total.
var rowsOfSheet = excelize.TotalRows - 2

// WriteLedger writes a ledger as .xlsx, row by row straight to w: memory does not grow
// with the rows, and nothing is put on disk on the way. A cancelled context ends it; what was written then is no whole file.
func WriteLedger(ctx context.Context, r *replica.Replica, code string, o LedgerOptions, w io.Writer) error {
	l, known := ledgers[code]
	if !known {
		return problem("ledger", "没有“"+code+"”这种台账，可以选 T1 到 T12。", "There is no ledger “"+code+"”; choose T1 to T12.")
	}
	if _, _, err := span(o.Scope.From, o.Scope.To, time.Date(2101, 1, 1, 0, 0, 0, 0, model.Location)); err != nil {
		return err
	}
	rules, err := model.ReadSettings(ctx, r)
	if err != nil {
		return err
	}
	run := &ledgerRun{replica: r, names: rules.Names(), o: o, units: map[schema.ID]string{}}
	if run.reader, err = figures.NewReader(ctx, r, rules); err != nil {
		return err
	}
	err = r.Each(ctx, "unit", "", nil, func(row *replica.Row) error { run.units[row.ID] = row.Text("name"); return nil })
	if err != nil {
		return err
	}
	book, err := newBook(&l, rules, o, w)
	if err != nil {
		return err
	}
	defer book.file.Close()
	err = l.rows(ctx, run, func(n line) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if book.rows%4096 == 0 && o.Progress != nil {
			o.Progress(book.rows)
		}
		return book.row(n, run.unit(n.unit))
	})
	if err != nil {
		return fmt.Errorf("ledger %s: %w", code, err)
	}
	if err := book.close(ctx); err != nil {
		return fmt.Errorf("ledger %s: %w", code, err)
	}
	if o.Progress != nil {
		o.Progress(book.rows)
	}
	return nil
}

// unit is the name of a unit, of the one that stands for it when it was merged.
func (l *ledgerRun) unit(id schema.ID) string {
	if id.IsNil() {
		return ""
	}
	return l.units[l.reader.Survivor(id)]
}

func (l *ledgerRun) label(table, code string) string {
	if code == "" {
		return ""
	}
	return l.names.Label(table, code)
}

// name and phone are masked unless the office asked for them in full.
func (l *ledgerRun) name(s string) string {
	if l.o.Personal {
		return s
	}
	return model.MaskName(s)
}

func (l *ledgerRun) phone(s string) string {
	if l.o.Personal {
		return s
	}
	return model.MaskPhone(s)
}

// each runs a statement over what figures read from.
func (l *ledgerRun) each(ctx context.Context, statement string, scan func(*sql.Rows) error) error {
	rows, err := l.reader.Query(ctx, l.o.Scope, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// notes reads the remarks of a page's rows: they are sealed and no SQL column.
func (l *ledgerRun) notes(ctx context.Context, table string, ids []schema.ID) (map[schema.ID]string, error) {
	list := map[schema.ID]string{}
	if len(ids) == 0 {
		return list, nil
	}
	err := l.replica.Each(ctx, table, "WHERE id IN (SELECT unhex(value) FROM json_each(?)) AND _sealed IS NOT NULL", []any{idList(ids)}, func(row *replica.Row) error {
		if note := row.Text("note"); note != "" {
			list[row.ID] = note
		}
		return nil
	})
	return list, err
}

// pageRows is how many lines are held before they are written.
const pageRows = 2000

// page collects lines until their remarks are read, then emits them.
type page struct {
	l     *ledgerRun
	table string
	emit  func(line) error
	ids   []schema.ID
	lines []line
}

func (p *page) add(ctx context.Context, id schema.ID, n line) error {
	p.ids, p.lines = append(p.ids, id), append(p.lines, n)
	if len(p.ids) < pageRows {
		return nil
	}
	return p.flush(ctx)
}

func (p *page) flush(ctx context.Context) error {
	notes, err := p.l.notes(ctx, p.table, p.ids)
	if err != nil {
		return err
	}
	for i := range p.lines {
		p.lines[i].note = notes[p.ids[i]]
		if err := p.emit(p.lines[i]); err != nil {
			return err
		}
	}
	p.ids, p.lines = p.ids[:0], p.lines[:0]
	return nil
}
