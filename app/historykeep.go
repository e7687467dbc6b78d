package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// past is one value that was replaced on this laptop.
type past struct {
	Column  string          `json:"c"`
	Value   json.RawMessage `json:"v"` // text, number or, of a set, a list
	At      int64           `json:"a"` // ms, when it was replaced
	Officer schema.ID       `json:"o"`
}

const (
	historyPrefix = "history/"
	historyKept   = 200 // values per record
)

// readPasts reads them; a damaged history is an empty one.
func readPasts(raw []byte) []past {
	var list []past
	if raw != nil && json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

func historyKey(table string, id schema.ID) string { return historyPrefix + table + "/" + id.String() }

// remember takes a record's values before a transaction changes it; the function
// it returns is called when the changes are made and keeps what they replaced.
func (s *Session) remember(tx *replica.Tx, table string, row *replica.Row) (keep func() error) {
	if row == nil {
		return func() error { return nil }
	}
	before, err := snapshot(table, row)
	id := row.ID
	return func() error {
		if err != nil {
			return err
		}
		row, err := tx.Get(table, id)
		if err != nil || row == nil {
			return err
		}
		after, err := snapshot(table, row)
		if err != nil {
			return err
		}
		raw, err := tx.GetLocal(historyKey(table, id))
		if err != nil {
			return err
		}
		list := readPasts(raw)
		had := len(list)
		for i := range model.Schema.Table(table).Columns {
			name := model.Schema.Table(table).Columns[i].Name
			if was := before[name]; was != nil && string(was) != string(after[name]) {
				list = append(list, past{Column: name, Value: was, At: tx.Now().UnixMilli(), Officer: s.Officer()})
			}
		}
		if len(list) == had {
			return nil
		}
		if raw, err = json.Marshal(list[max(0, len(list)-historyKept):]); err != nil {
			return err
		}
		return tx.PutLocal(historyKey(table, id), raw)
	}
}

// snapshot is a record's values that can change, by column, as JSON.
func snapshot(table string, row *replica.Row) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for i := range model.Schema.Table(table).Columns {
		c := &model.Schema.Table(table).Columns[i]
		if hidden(c.Name) || c.Kind == schema.Immutable || c.Kind == schema.Counter || c.Type == schema.Bytes {
			continue
		}
		value, err := json.Marshal(columnValue(row, c))
		if err != nil {
			return nil, fmt.Errorf("keep the history of %s: %w", table, err)
		}
		out[c.Name] = value
	}
	return out, nil
}

// columnValue is a column as JSON keeps it.
func columnValue(row *replica.Row, c *schema.Column) any {
	switch {
	case c.Kind == schema.Set:
		return list(row.Strings(c.Name))
	case row.Null(c.Name):
		return nil
	case c.Type == schema.Int || c.Type == schema.Bool:
		return row.Int(c.Name)
	case c.Type == schema.Ref:
		return row.Ref(c.Name).String()
	}
	return row.Text(c.Name)
}

// pasts are the values replaced on this laptop, oldest first; of a redacted record
// nothing personal is left.
func (h *History) pasts(r *replica.Replica, table string, row *replica.Row) ([]past, error) {
	raw, err := r.GetLocal(context.Background(), historyKey(table, row.ID))
	if err != nil || raw == nil {
		return nil, err
	}
	return slices.DeleteFunc(readPasts(raw), func(p past) bool { return row.Redacted(p.Column) }), nil
}

func (h *History) before(r *replica.Replica, d *directory, t *schema.Table, row *replica.Row) ([]HistoryEntry, error) {
	pasts, err := h.pasts(r, t.Name, row)
	if err != nil {
		return nil, err
	}
	own, err := d.name("device", r.ID())
	if err != nil {
		return nil, err
	}
	var out []HistoryEntry
	for i, p := range pasts {
		c := t.Column(p.Column)
		if c == nil {
			continue
		}
		officer, err := d.name("officer", p.Officer)
		if err != nil {
			return nil, err
		}
		e := HistoryEntry{Column: p.Column, At: p.At, Device: own.Name, By: officer.Name, Kind: "before", Ref: fmt.Sprint(i), Whole: true}
		if e.Text, err = p.shown(d, t, c); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// shown is the value as screens show it.
func (p *past) shown(d *directory, t *schema.Table, c *schema.Column) (string, error) {
	if c.Kind == schema.Set {
		var members []string
		if err := json.Unmarshal(p.Value, &members); err != nil {
			return "", fmt.Errorf("read the history of %s: %w", t.Name, err)
		}
		var texts []string
		for _, m := range members {
			text, err := display(d, t.Name, c.Name, m)
			if err != nil {
				return "", err
			}
			texts = append(texts, text)
		}
		return cmp.Or(strings.Join(texts, "、"), "—"), nil
	}
	value, err := p.value(c)
	if err != nil {
		return "", err
	}
	return display(d, t.Name, c.Name, value)
}

// value is what a register held.
func (p *past) value(c *schema.Column) (any, error) {
	var v any
	if err := json.Unmarshal(p.Value, &v); err != nil {
		return nil, fmt.Errorf("read the history of %s: %w", c.Name, err)
	}
	switch v := v.(type) {
	case float64:
		var n int64
		return n, json.Unmarshal(p.Value, &n)
	case string:
		if c.Type == schema.Ref {
			return schema.ParseID(v)
		}
		return v, nil
	}
	return nil, nil
}
