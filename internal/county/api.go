package county

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// apiTables are the tables that other systems may read, with their columns. What is
// sealed — names, telephones, stories, notes — is in none of them.
var apiTables = func() map[string][]string {
	tables := map[string][]string{}
	for _, name := range []string{"activity", "handout", "consultation", "attendance", "outcome", "post", "household", "placement", "inspection", "indicator", "daily_tally", "unit", "venue", "material"} {
		columns := []string{}
		t := model.Schema.Table(name)
		for i := range t.Columns {
			c := &t.Columns[i]
			if c.Sealed() || c.Personal || hiddenInAPI[c.Name] || c.Type == schema.Bytes {
				continue
			}
			columns = append(columns, c.Name)
		}
		tables[name] = columns
	}
	return tables
}()

var hiddenInAPI = map[string]bool{"created_by": true, "reviewed": true, "redacted_at": true, "phone_redacted_at": true, "initials": true, "sign_ins": true, "photo_ids": true, "officer_ids": true, "officer_id": true, "voided": true}

const (
	apiPage    = 500
	apiPageMax = 5_000
)

// api answers GET /api/v1/…; openapi.go describes it.
func (c *County) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/openapi.json", c.apiAnswer(func(r *http.Request) (any, error) { return openAPI(c.name, c.options.Version), nil }))
	mux.HandleFunc("GET /api/v1/figures", c.apiFigures)
	mux.HandleFunc("GET /api/v1/figures/{code}/records", c.apiAnswer(c.apiFigureRecords))
	mux.HandleFunc("GET /api/v1/records/{table}", c.apiRecords)
	mux.HandleFunc("GET /api/v1/codes", c.apiAnswer(func(r *http.Request) (any, error) {
		settings, err := model.ReadSettings(r.Context(), c.replica)
		tables := map[string][]model.Code{}
		for name := range model.Codes {
			tables[name] = settings.CodesOf(name, true)
		}
		return tables, err
	}))
	return mux
}

// apiAnswer answers with JSON.
func (c *County) apiAnswer(ask func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := ask(r)
		if err != nil {
			c.apiFail(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		if err := e.Encode(answer); err != nil {
			c.log.Debug("api: the client went away", "err", err)
		}
	}
}

// apiFail answers a refusal with its sentence, any other error without its text.
func (c *County) apiFail(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	var user *rpc.UserError
	if errors.As(err, &user) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(user) // the client may be gone
		return
	}
	c.log.Error("api", "path", r.URL.Path, "err", err)
	w.WriteHeader(http.StatusInternalServerError)
	_ = json.NewEncoder(w).Encode(&rpc.UserError{Code: "internal", Message: "服务器出错了，请稍后再试。", MessageEN: "Something went wrong at the server; try again later."})
}

// apiScope reads from, to and unit.
func apiScope(r *http.Request) (figures.Scope, error) {
	ask := r.URL.Query()
	p, err := parsePeriod(ask.Get("from"), ask.Get("to"), ask["unit"])
	return figures.Scope{From: ask.Get("from"), To: ask.Get("to"), Units: p.units}, err
}

// APIFigure is one figure as other systems get it.
type APIFigure struct {
	Code       string           `json:"code"`
	Name       string           `json:"name"`
	NameEN     string           `json:"name_en"`
	Kind       string           `json:"kind"` // "count", "fen", "percent" (tenths)
	Measure    string           `json:"measure"`
	Value      *int64           `json:"value"` // null: nothing to make it from
	Parts      map[string]int64 `json:"parts,omitempty"`
	Definition string           `json:"definition"`
}

func (c *County) apiFigures(w http.ResponseWriter, r *http.Request) {
	list, err := func() ([]APIFigure, error) {
		scope, err := apiScope(r)
		if err != nil {
			return nil, err
		}
		codes := r.URL.Query()["code"]
		for _, code := range codes {
			if figures.Find(code) == nil {
				return nil, userError("figure", "code", "没有指标 "+clip(code, 10)+"。", "There is no figure "+clip(code, 10)+".")
			}
		}
		settings, err := model.ReadSettings(r.Context(), c.replica)
		if err != nil {
			return nil, err
		}
		set, err := figures.Compute(r.Context(), c.replica, settings, scope, codes...)
		if err != nil {
			return nil, err
		}
		list := []APIFigure{}
		for i := range figures.Metrics {
			m := &figures.Metrics[i]
			f, ok := set[m.Code]
			if !ok || len(codes) > 0 && !slices.Contains(codes, m.Code) {
				continue
			}
			line := APIFigure{Code: m.Code, Name: m.ZH, NameEN: m.EN, Kind: m.Kind, Measure: m.Measure, Parts: f.Parts, Definition: m.Definition(settings)}
			if !f.None {
				line.Value = &f.Value
			}
			list = append(list, line)
		}
		return list, nil
	}()
	if err != nil {
		c.apiFail(w, r, err)
		return
	}
	if r.URL.Query().Get("format") == "" || r.URL.Query().Get("format") == "json" {
		c.apiAnswer(func(*http.Request) (any, error) { return map[string]any{"figures": list}, nil })(w, r)
		return
	}
	table := [][]any{{"code", "name", "value", "kind", "measure", "definition"}}
	for _, f := range list {
		var value any = ""
		if f.Value != nil {
			value = *f.Value
		}
		table = append(table, []any{f.Code, f.Name, value, f.Kind, f.Measure, f.Definition})
	}
	c.apiTable(w, r, "figures", table)
}

func (c *County) apiFigureRecords(r *http.Request) (any, error) {
	ask := r.URL.Query()
	page, err := c.figureRecords(r.Context(), FigureQuery{Code: r.PathValue("code"), Part: ask.Get("part"), From: ask.Get("from"), To: ask.Get("to"), Units: ask["unit"], Cursor: ask.Get("cursor")}, apiPage)
	if err != nil {
		return nil, err
	}
	type record struct {
		Table string `json:"table"`
		ID    string `json:"id"`
		On    string `json:"on"`
		Part  string `json:"part"`
		Unit  string `json:"unit"`
		Value int64  `json:"value"`
	}
	list := make([]record, len(page.Rows))
	for i, line := range page.Rows {
		list[i] = record{line.Table, line.ID, line.On, line.Part, line.Unit, line.Value}
	}
	return map[string]any{"value": page.Value, "records": list, "next": page.Next}, nil
}

// apiCursor is where a reader stands: in the first reading at a row number, with the
// place in the change log that it began at; later at a place in the log.
type apiCursor struct {
	generation string
	row, seq   int64 // row −1: the first reading is over
}

func (a apiCursor) String() string {
	return fmt.Sprintf("%s.%d.%d", a.generation, a.row, a.seq)
}

func parseAPICursor(text string) (a apiCursor, err error) {
	parts := strings.Split(text, ".")
	if len(parts) == 3 {
		a.generation = parts[0]
		var err1, err2 error
		a.row, err1 = strconv.ParseInt(parts[1], 10, 64)
		a.seq, err2 = strconv.ParseInt(parts[2], 10, 64)
		if err1 == nil && err2 == nil {
			return a, nil
		}
	}
	return a, userError("cursor", "cursor", "cursor 不对：请原样交回上一次答复里的 next。", "The cursor is malformed: hand back “next” of the last answer as it was.")
}

// apiRecords gives the records of a table: first all, then, by the cursor, those that
// changed since, each as it stands now.
func (c *County) apiRecords(w http.ResponseWriter, r *http.Request) {
	ctx, table, ask := r.Context(), r.PathValue("table"), r.URL.Query()
	columns := apiTables[table]
	if columns == nil {
		c.apiFail(w, r, userError("table", "table", "没有这种记录。", "There is no such kind of record."))
		return
	}
	limit := apiPage
	if text := ask.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > apiPageMax {
			c.apiFail(w, r, userError("limit", "limit", "limit 在 1 到 5000 之间。", "limit lies between 1 and 5000."))
			return
		}
		limit = n
	}
	rows, next, more, reset, err := c.apiPage(ctx, table, ask.Get("cursor"), limit)
	if err != nil {
		c.apiFail(w, r, err)
		return
	}
	w.Header().Set("X-Next-Cursor", next)
	switch ask.Get("format") {
	case "", "json":
		list := make([]map[string]any, len(rows))
		for i, row := range rows {
			list[i] = apiRow(table, row, columns)
		}
		c.apiAnswer(func(*http.Request) (any, error) {
			return map[string]any{"records": list, "next": next, "more": more, "reset": reset}, nil
		})(w, r)
	default:
		head := []any{"id", "voided"}
		for _, name := range columns {
			head = append(head, name)
		}
		out := [][]any{head}
		for _, row := range rows {
			m := apiRow(table, row, columns)
			line := make([]any, len(head))
			for i, name := range head {
				switch v := m[name.(string)].(type) {
				case []string:
					line[i] = strings.Join(v, " ")
				case nil:
					line[i] = ""
				default:
					line[i] = v
				}
			}
			out = append(out, line)
		}
		c.apiTable(w, r, table, out)
	}
}

func (c *County) apiPage(ctx context.Context, table, cursor string, limit int) (rows []*replicaRow, next string, more, reset bool, err error) {
	generation, seq, err := c.changes.position(ctx)
	if err != nil {
		return nil, "", false, false, err
	}
	at := apiCursor{generation: generation, seq: seq}
	if cursor != "" {
		asked, err := parseAPICursor(cursor)
		if err != nil {
			return nil, "", false, false, err
		}
		if reset = asked.generation != generation; !reset {
			at = asked
		}
	}
	if at.row >= 0 {
		last := at.row
		type numbered struct {
			n  int64
			id schema.ID
		}
		found, err := c.replica.Query(ctx, `SELECT _n, id FROM `+table+` WHERE _n > ? ORDER BY _n LIMIT ?`, at.row, limit)
		if err != nil {
			return nil, "", false, false, fmt.Errorf("list %s: %w", table, err)
		}
		var list []numbered
		for found.Next() {
			var n numbered
			if err := found.Scan(&n.n, &n.id); err != nil {
				found.Close()
				return nil, "", false, false, err
			}
			list, last = append(list, n), n.n
		}
		if err := errors.Join(found.Err(), found.Close()); err != nil {
			return nil, "", false, false, err
		}
		ids := make([]schema.ID, len(list))
		for i := range list {
			ids[i] = list[i].id
		}
		if rows, err = c.inOrder(ctx, table, ids); err != nil {
			return nil, "", false, false, err
		}
		if more = len(list) == limit; more {
			at.row = last
		} else {
			at.row = -1
		}
		return rows, at.String(), more, reset, nil
	}
	changed, err := c.store.db.QueryContext(ctx, `SELECT seq, id FROM change WHERE tbl = ? AND seq > ? ORDER BY seq LIMIT ?`, table, at.seq, limit)
	if err != nil {
		return nil, "", false, false, fmt.Errorf("list changes: %w", err)
	}
	defer changed.Close()
	var ids []schema.ID
	for changed.Next() {
		var id schema.ID
		if err := changed.Scan(&at.seq, &id); err != nil {
			return nil, "", false, false, err
		}
		ids = append(ids, id)
	}
	if err := changed.Err(); err != nil {
		return nil, "", false, false, err
	}
	rows, err = c.inOrder(ctx, table, ids)
	return rows, at.String(), len(ids) == limit, reset, err
}

// inOrder reads rows in the order of their ids.
func (c *County) inOrder(ctx context.Context, table string, ids []schema.ID) ([]*replicaRow, error) {
	rows := make([]*replicaRow, 0, len(ids))
	for part := range slices.Chunk(ids, apiPage) {
		found, err := c.rowsByID(ctx, table, part)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			if row := found[id]; row != nil {
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// apiRow is a record's open columns: times as RFC 3339 in the county's zone, sets as
// lists, references as ids. Of an indicator that proved innocent only its status is
// told, so that whoever acts on it stops.
func apiRow(table string, row *replicaRow, columns []string) map[string]any {
	m := map[string]any{"id": row.ID.String(), "voided": voided(row)}
	innocent := table == "indicator" && (row.Text("status") == "spoofed" || row.Text("status") == "cleared")
	for _, name := range columns {
		if row.Null(name) || innocent && name != "status" && name != "kind" {
			m[name] = nil
			continue
		}
		switch c := model.Schema.Table(table).Column(name); {
		case c.Type == schema.Texts:
			m[name] = row.Strings(name)
		case c.Type == schema.Ref:
			m[name] = row.Ref(name).String()
		case c.Type == schema.Bool:
			m[name] = row.Bool(name)
		case c.Type == schema.Int && (strings.HasSuffix(name, "_at") || name == "at"):
			m[name] = time.UnixMilli(row.Int(name)).In(model.Location).Format("2006-01-02T15:04:05.000-07:00")
		case c.Type == schema.Int:
			m[name] = row.Int(name)
		default:
			m[name] = row.Text(name)
		}
	}
	return m
}

// apiTable answers with a table as CSV or as a workbook. No cell is a formula.
func (c *County) apiTable(w http.ResponseWriter, r *http.Request, name string, table [][]any) {
	switch r.URL.Query().Get("format") {
	case "csv":
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
		out := newCSV(w)
		for _, line := range table {
			cells := make([]string, len(line))
			for i, v := range line {
				cells[i] = fmt.Sprint(v)
			}
			out.row(cells...)
		}
		if err := out.flush(); err != nil {
			c.log.Debug("api: the client went away", "err", err)
		}
	case "xlsx":
		f := excelize.NewFile(excelize.Options{TmpDir: "\x00"}) // no such file: a large sheet stays in memory
		defer f.Close()
		stream, err := f.NewStreamWriter("Sheet1")
		for i := 0; i < len(table) && err == nil; i++ {
			err = stream.SetRow(fmt.Sprint("A", i+1), table[i])
		}
		if err == nil {
			err = stream.Flush()
		}
		if err != nil {
			c.apiFail(w, r, fmt.Errorf("write a workbook: %w", err))
			return
		}
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.xlsx"`)
		if err := f.Write(w); err != nil {
			c.log.Debug("api: the client went away", "err", err)
		}
	default:
		c.apiFail(w, r, userError("format", "format", "format 只能是 json、csv 或 xlsx。", "format is json, csv or xlsx."))
	}
}
