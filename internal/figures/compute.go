package figures

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Source is what figures are read from; a *replica.Replica is one.
type Source interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	Each(ctx context.Context, table, clause string, args []any, fn func(*replica.Row) error) error
	Survivors(ctx context.Context, table string) (map[schema.ID]schema.ID, error)
}

// Scope says what counts: local dates YYYY-MM-DD, both inclusive, and units; none
// means all. A unit stands for those merged into it.
type Scope struct {
	From, To string
	Units    []schema.ID
}

// Figure is one value. None says that a rate or a median has nothing to be made from.
type Figure struct {
	Value int64            `json:"value"` // a count, fen, or tenths of a percent (Metric.Kind)
	Parts map[string]int64 `json:"parts,omitempty"`
	None  bool             `json:"none,omitempty"`
}

// Set is figures by code.
type Set map[string]Figure

// Line is one step of a breakdown: a local day since 1970 (0 when a row has none),
// a unit, a part.
type Line struct {
	Day   int64
	Unit  schema.ID
	Code  string
	Value int64
}

// Row is one record behind a figure, of Metric.Table.
type Row struct {
	ID    schema.ID
	Day   int64
	Unit  schema.ID
	Code  string
	Value int64

	recorded schema.ID // the unit as the record has it
}

// Place is where a row stands in a list: a record may give several rows of one day.
type Place struct {
	Day  int64
	ID   schema.ID
	Unit schema.ID
	Code string
}

// Place is where the row stands.
func (r *Row) Place() Place { return Place{r.Day, r.ID, r.recorded, r.Code} }

// Reader computes figures of one source under one set of rules.
type Reader struct {
	source   Source
	settings model.Settings
	alias    map[schema.ID]schema.ID
	aliases  string // the same as JSON
	kept     Kept
	query    Query // nil: the source's
}

// Query runs a statement, as Source does.
type Query = func(ctx context.Context, query string, args ...any) (*sql.Rows, error)

// On is the reader that runs its statements elsewhere: in one view of the same database.
func (r *Reader) On(query Query) *Reader {
	on := *r
	on.query = query
	return &on
}

// Kept gives the lines of a figure that somebody has counted already, as Reader.Tally
// would under the reader's rules; known is false of what is not kept, or was counted
// under other rules.
type Kept func(ctx context.Context, r *Reader, code string, s Scope, line func(*Line)) (known bool, err error)

// With is the reader that takes what is kept and counts the rest.
func (r *Reader) With(kept Kept) *Reader {
	with := *r
	with.kept = kept
	return &with
}

// aliased are the tables whose rows may be merged (domain.md 2.0).
var aliased = []string{"unit", "venue", "activity", "outcome", "case_digest"}

// NewReader reads the aliases that stand now.
func NewReader(ctx context.Context, source Source, settings model.Settings) (*Reader, error) {
	alias := map[schema.ID]schema.ID{}
	for _, table := range aliased {
		survivors, err := source.Survivors(ctx, table)
		if err != nil {
			return nil, err
		}
		maps.Copy(alias, survivors)
	}
	return ReaderOf(source, settings, alias)
}

// ReaderOf is the reader that some aliases stood for: see Aliases.
func ReaderOf(source Source, settings model.Settings, alias map[schema.ID]schema.ID) (*Reader, error) {
	named := map[string]string{}
	for from, to := range alias {
		named[hex.EncodeToString(from[:])] = hex.EncodeToString(to[:])
	}
	raw, err := json.Marshal(named)
	return &Reader{source: source, settings: settings, alias: alias, aliases: string(raw)}, err
}

// Aliases maps the rows that are merged into others to those that stand for them; it is not to be changed.
func (r *Reader) Aliases() map[schema.ID]schema.ID { return r.alias }

// Survivor is the row that stands for a merged one, or the row itself.
func (r *Reader) Survivor(id schema.ID) schema.ID {
	if to, merged := r.alias[id]; merged {
		return to
	}
	return id
}

// Settings are the rules that the reader counts by.
func (r *Reader) Settings() model.Settings { return r.settings }

const dateLayout = "2006-01-02"

// args are the parameters of every statement; see queries.go.
func (r *Reader) args(s Scope) ([]any, error) {
	from, err := time.ParseInLocation(dateLayout, s.From, model.Location)
	if err != nil {
		return nil, fmt.Errorf("first day: %w", err)
	}
	to, err := time.ParseInLocation(dateLayout, s.To, model.Location)
	if err != nil {
		return nil, fmt.Errorf("last day: %w", err)
	}
	units := []string{}
	for _, id := range r.members(s.Units) {
		units = append(units, hex.EncodeToString(id[:]))
	}
	list, err := json.Marshal(units)
	return []any{from.UnixMilli(), to.AddDate(0, 0, 1).UnixMilli(), s.From, s.To, r.aliases, string(list), r.settings.LargeLeaflets, r.settings.LargePartners}, err
}

// members are units with all that stand for, or are merged into, the same ones.
func (r *Reader) members(units []schema.ID) []schema.ID {
	var out []schema.ID
	for _, id := range units {
		out = append(out, id, r.Survivor(id))
	}
	for from, to := range r.alias {
		if slices.Contains(out, to) {
			out = append(out, from)
		}
	}
	slices.SortFunc(out, func(a, b schema.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out)
}

// statement puts a reading around a metric's rows.
func (m *Metric) statement(s Scope, columns, rest string) string {
	where := ""
	if len(s.Units) > 0 {
		where = "WHERE unit IN (SELECT id FROM unit_of) "
	}
	rows := m.rows
	if s.days() <= shortSpan {
		rows = inSpan.Replace(rows)
	}
	return shared.Replace(common + "SELECT " + columns + " FROM (" + narrowed(rows, s) + ") " + where + rest)
}

// narrowed puts the units' condition where a statement has {units column}, and the
// calendar's periods where it has {calendar}.
func narrowed(rows string, s Scope) string {
	if strings.Contains(rows, "{calendar}") {
		rows = strings.ReplaceAll(rows, "{calendar}", calendarOf(s))
	}
	for {
		before, after, found := strings.Cut(rows, "{units ")
		if !found {
			break
		}
		column, after, _ := strings.Cut(after, "}")
		filter := ""
		if len(s.Units) > 0 {
			filter = "AND " + column + " IN (SELECT id FROM unit_of)"
		}
		rows = before + filter + after
	}
	return rows
}

// Query runs a statement that reads from what figures read from (see common in
// queries.go: span, self, alias; the conditions in braces; parameters from ?9 are
// the caller's): ledgers select the same rows that figures count.
func (r *Reader) Query(ctx context.Context, s Scope, statement string, further ...any) (*sql.Rows, error) {
	args, err := r.args(s)
	if err != nil {
		return nil, err
	}
	return r.run(ctx, shared.Replace(common+narrowed(statement, s)), append(args, further...)...)
}

func (r *Reader) run(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if r.query != nil {
		return r.query(ctx, query, args...)
	}
	return r.source.Query(ctx, query, args...)
}

// each runs a reading of a metric.
func (r *Reader) each(ctx context.Context, m *Metric, s Scope, columns, rest string, further []any, scan func(*sql.Rows) error) error {
	args, err := r.args(s)
	if err != nil {
		return err
	}
	rows, err := r.run(ctx, m.statement(s, columns, rest), append(args, further...)...)
	if err != nil {
		return fmt.Errorf("count %s: %w", m.Code, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("count %s: %w", m.Code, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count %s: %w", m.Code, err)
	}
	return nil
}

// Compute counts figures and those that they are made from; no codes means all.
func (r *Reader) Compute(ctx context.Context, s Scope, codes ...string) (Set, error) {
	var wanted []*Metric
	var want func(code string) error
	want = func(code string) error {
		m := Find(code)
		if m == nil {
			return fmt.Errorf("there is no figure %q", code)
		}
		for _, from := range m.From {
			if err := want(from); err != nil {
				return err
			}
		}
		if !slices.Contains(wanted, m) {
			wanted = append(wanted, m)
		}
		return nil
	}
	if len(codes) == 0 {
		for i := range Metrics {
			codes = append(codes, Metrics[i].Code)
		}
	}
	for _, code := range codes {
		if err := want(code); err != nil {
			return nil, err
		}
	}
	set := Set{}
	var mu sync.Mutex
	var failed error
	var running sync.WaitGroup
	slots := make(chan struct{}, 3) // connections are shared with others' questions
	for _, m := range wanted {
		if m.rows == "" || m.along != "" && slices.Contains(wanted, Find(m.along)) {
			continue
		}
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			f, further, err := r.total(ctx, m, s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil && failed == nil {
				failed = err
			}
			set[m.Code] = f
			for code, f := range further {
				set[code] = f
			}
		})
	}
	running.Wait()
	if failed != nil {
		return nil, failed
	}
	for _, m := range wanted { // those made from others come after them
		if m.derive != nil {
			set[m.Code] = m.derive(set)
		}
	}
	return set, nil
}

// total counts one metric, and what comes with it.
func (r *Reader) total(ctx context.Context, m *Metric, s Scope) (Figure, Set, error) {
	switch m.Code {
	case "M08d":
		return r.desk(ctx, m, s)
	case "M13t":
		f, err := r.tellers(ctx, m, s)
		return f, nil, err
	case "M15m":
		f, err := r.median(ctx, m, s)
		return f, nil, err
	case "M16c":
		clusters, err := r.Clusters(ctx, s)
		f := Figure{}
		for _, c := range clusters {
			f.Value += int64(len(c.Consultations))
		}
		return f, Set{"M16k": {Value: int64(len(clusters))}}, err
	}
	if len(s.Units) == 0 && slices.Contains([]string{"M08c", "M08a", "M08s", "M08h"}, m.Code) {
		wide := *m
		wide.rows = countyWide(m.rows)
		m = &wide
	}
	f := Figure{}
	if m.Codes != "" {
		f.Parts = map[string]int64{}
	}
	if r.kept != nil {
		known, err := r.kept(ctx, r, m.Code, s, func(l *Line) {
			f.Value += l.Value
			if m.Codes != "" {
				f.Parts[l.Code] += l.Value
			}
		})
		if known || err != nil {
			return f, nil, err
		}
	}
	err := r.each(ctx, m, s, "code, sum(value)", "GROUP BY 1", nil, func(rows *sql.Rows) error {
		var code sql.NullString
		var value sql.NullInt64
		if err := rows.Scan(&code, &value); err != nil {
			return err
		}
		f.Value += value.Int64
		if m.Codes != "" {
			f.Parts[code.String] += value.Int64
		}
		return nil
	})
	return f, nil, err
}

// Tally breaks a figure down by local day, unit and part. Figures that are made
// from others have no lines of their own.
func (r *Reader) Tally(ctx context.Context, code string, s Scope) ([]Line, error) {
	m := Find(code)
	if m == nil || m.rows == "" {
		return nil, fmt.Errorf("figure %q has no rows of its own", code)
	}
	var lines []Line
	if r.kept != nil {
		if known, err := r.kept(ctx, r, code, s, func(l *Line) { lines = append(lines, *l) }); known || err != nil {
			return lines, err
		}
	}
	err := r.each(ctx, m, s, "coalesce(day, 0), unit, code, sum(value)", "GROUP BY 1, 2, 3", nil, func(rows *sql.Rows) error {
		var l Line
		var code sql.NullString
		var value sql.NullInt64
		if err := rows.Scan(&l.Day, &l.Unit, &code, &value); err != nil {
			return err
		}
		l.Unit, l.Code, l.Value = r.Survivor(l.Unit), code.String, value.Int64
		lines = append(lines, l)
		return nil
	})
	return lines, err
}

// Unnamed is the part of a breakdown that has no code.
const Unnamed = "="

// Records lists the records behind a figure, newest day first, after the last of the
// page before (nil: from the start). part narrows it to one part of the breakdown.
func (r *Reader) Records(ctx context.Context, code string, s Scope, part string, after *Place, limit int) ([]Row, error) {
	m := Find(code)
	if m == nil || m.rows == "" {
		return nil, fmt.Errorf("figure %q has no rows of its own", code)
	}
	where, further := "WHERE ", []any{}
	if len(s.Units) > 0 {
		where = "AND " // the units' condition stands already
	}
	conditions := []string{"1 = 1"}
	param := func(v any) string {
		further = append(further, v)
		return fmt.Sprintf("?%d", 8+len(further))
	}
	switch part {
	case "":
	case Unnamed:
		conditions = append(conditions, "coalesce(code, '') = ''")
	default:
		conditions = append(conditions, "code = "+param(part))
	}
	if after != nil {
		conditions = append(conditions, "(coalesce(day, 0), id, coalesce(code, ''), coalesce(unit, zeroblob(16))) < ("+param(after.Day)+", "+param(after.ID)+", "+param(after.Code)+", "+param(after.Unit[:])+")")
	}
	rest := where + strings.Join(conditions, " AND ") + " ORDER BY coalesce(day, 0) DESC, id DESC, coalesce(code, '') DESC, coalesce(unit, zeroblob(16)) DESC LIMIT " + param(limit)
	var list []Row
	err := r.each(ctx, m, s, "id, coalesce(day, 0), unit, code, value", rest, further, func(rows *sql.Rows) error {
		var row Row
		var code sql.NullString
		var value sql.NullInt64
		if err := rows.Scan(&row.ID, &row.Day, &row.Unit, &code, &value); err != nil {
			return err
		}
		row.recorded = row.Unit
		row.Unit, row.Code, row.Value = r.Survivor(row.Unit), code.String, value.Int64
		list = append(list, row)
		return nil
	})
	return list, err
}

// Compute is NewReader and Reader.Compute for a single question.
func Compute(ctx context.Context, source Source, settings model.Settings, s Scope, codes ...string) (Set, error) {
	r, err := NewReader(ctx, source, settings)
	if err != nil {
		return nil, err
	}
	return r.Compute(ctx, s, codes...)
}

// Members are rows with all that are merged into the same ones.
func (r *Reader) Members(ids []schema.ID) []schema.ID { return r.members(ids) }

// Differs lists the rows that are merged otherwise than by another reader, with those that
// stand for them by either, and tells whether figures are counted by other rules.
func (r *Reader) Differs(other *Reader) (ids []schema.ID, rules bool) {
	for _, pair := range [][2]*Reader{{r, other}, {other, r}} {
		for from, to := range pair[0].alias {
			if pair[1].alias[from] != to {
				ids = append(ids, from, to)
			}
		}
	}
	return ids, r.settings.LargeLeaflets != other.settings.LargeLeaflets || r.settings.LargePartners != other.settings.LargePartners
}

// SameAliases tells whether two readers resolve merged rows alike and count by the same rules.
func (r *Reader) SameAliases(other *Reader) bool {
	return r.aliases == other.aliases && r.settings.LargeLeaflets == other.settings.LargeLeaflets && r.settings.LargePartners == other.settings.LargePartners
}
