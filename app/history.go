package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// History tells who wrote what of a record and when, and brings an earlier value back.
//
// The engine tells every write that has travelled, the writer of every field that
// stands and the values that lost a concurrent overwrite. What was replaced here before it
// travelled is kept beside it, encrypted and on this laptop only, see Session.remember.
type History struct{ s *Session }

// NewHistory makes the service.
func NewHistory(s *Session) *History { return &History{s} }

// HistoryEntry is one known value of a field.
type HistoryEntry struct {
	Column string `json:"column"`
	Text   string `json:"text"` // as screens show it
	At     int64  `json:"at"`   // ms
	Device string `json:"device"`
	By     string `json:"by"`    // officer, "" when only the device is known
	Kind   string `json:"kind"`  // now: it stands; lost: of two at once; wrote: an earlier write; before: replaced here
	Ref    string `json:"ref"`   // names it for Restore
	Whole  bool   `json:"whole"` // it can be brought back
}

// Of lists what is known of a record, newest first. Of a redacted record nothing
// personal is left to list.
func (h *History) Of(table string, id schema.ID) ([]HistoryEntry, error) {
	out := []HistoryEntry{}
	r, err := h.s.open()
	if err != nil {
		return out, err
	}
	t := model.Schema.Table(table)
	if t == nil {
		return out, missing("没有这种记录。", "There is no such kind of record.")
	}
	ctx := context.Background()
	row, err := r.Get(ctx, table, id)
	if err != nil || row == nil {
		return out, err
	}
	versions, err := r.Versions(ctx, table, id)
	if err != nil {
		return nil, err
	}
	d := h.s.directory(r)
	device := func(id schema.ID) string { n, _ := d.name("device", id); return n.Name }
	creator, err := d.name("officer", row.Ref("created_by"))
	if err != nil {
		return nil, err
	}
	stands := map[string]bool{}
	for _, v := range versions {
		stands[v.Column+v.Stamp.String()] = true
		c := t.Column(v.Column)
		if c == nil || hidden(c.Name) || v.Removed || c.Kind == schema.Counter && v.Value == int64(0) {
			continue
		}
		e := HistoryEntry{Column: v.Column, At: millis(v.At), Device: device(v.Origin.Replica), Kind: "now", Ref: v.Stamp.String()}
		if v.Lost {
			e.Kind, e.Whole = "lost", c.Kind == schema.Register
		}
		if row.Int("created_at") == e.At {
			e.By = creator.Name
		}
		if e.Text, err = display(d, table, v.Column, v.Value); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	writes, err := r.History(ctx, table, id)
	if err != nil {
		return nil, err
	}
	for _, w := range writes {
		if hidden(w.Column) || stands[w.Column+w.Stamp.String()] {
			continue
		}
		e := HistoryEntry{Column: w.Column, At: millis(w.At), Device: device(w.Origin.Replica), Kind: "wrote", Ref: w.Stamp.String(), Whole: w.Kind == schema.Register}
		if e.Text, err = writeText(d, t, w); err != nil {
			return nil, err
		}
		if e.Text != "" {
			out = append(out, e)
		}
	}
	before, err := h.before(r, d, t, row)
	if err != nil {
		return nil, err
	}
	for _, e := range before {
		// What has travelled is told by its own write.
		if !slices.ContainsFunc(out, func(o HistoryEntry) bool {
			return o.Kind == "wrote" && o.Column == e.Column && o.Text == e.Text && o.Device == e.Device && o.At <= e.At
		}) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b HistoryEntry) int { return cmp.Compare(b.At, a.At) })
	return out, nil
}

// writeText is an earlier write as screens show it; "" shows nothing.
func writeText(d *directory, t *schema.Table, w replica.Write) (string, error) {
	shown := func(sign string, members []string) (string, error) {
		var b strings.Builder
		for _, m := range members {
			text, err := display(d, t.Name, w.Column, m)
			if err != nil {
				return "", err
			}
			b.WriteString(sign + text + " ")
		}
		return b.String(), nil
	}
	switch w.Kind {
	case schema.Counter:
		return fmt.Sprintf("+%d −%d", w.Plus, w.Minus), nil
	case schema.Set:
		added, err := shown("＋", w.Added)
		if err != nil {
			return "", err
		}
		removed, err := shown("－", w.Removed)
		return strings.TrimSpace(added + removed), err
	case schema.LongText:
		text := ""
		if pieces := strings.Join(w.Inserted, " … "); pieces != "" {
			text = "＋“" + clip(pieces, 200) + "”"
		}
		if w.Deleted > 0 {
			text += fmt.Sprintf(" －%d 字", w.Deleted)
		}
		return strings.TrimSpace(text), nil
	}
	return display(d, t.Name, w.Column, w.Value)
}

// hidden are columns that tell an officer nothing.
func hidden(column string) bool {
	return slices.Contains([]string{"created_at", "created_by", "device_id", "redacted_at", "phone_redacted_at", "initials", "pin_hash", "reviewed"}, column)
}

// Restore brings an earlier value of a field back: a normal, signed change, of which
// the value that stood becomes history itself.
func (h *History) Restore(table string, id schema.ID, column, kind, ref string) ([]HistoryEntry, error) {
	r, err := h.s.open()
	if err != nil {
		return nil, err
	}
	t := model.Schema.Table(table)
	if t == nil || t.Column(column) == nil {
		return nil, missing("没有这一栏。", "There is no such field.")
	}
	c := t.Column(column)
	gone := missing("这个旧值已经不在了，请重新打开历史。", "This earlier value is gone; open the history again.")
	row, err := r.Get(context.Background(), table, id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, gone
	}
	if row.Redacted(column) {
		return nil, refuse(column, "这条记录已经脱敏，个人信息不能恢复。", "This record was redacted; what was personal cannot be brought back.")
	}
	var members []string
	var value any
	switch kind {
	case "lost":
		versions, err := r.Versions(context.Background(), table, id)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(versions, func(v replica.FieldVersion) bool {
			return v.Column == column && v.Lost && v.Stamp.String() == ref
		})
		if at < 0 {
			return nil, gone
		}
		value = versions[at].Value
	case "wrote":
		writes, err := r.History(context.Background(), table, id)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(writes, func(w replica.Write) bool {
			return w.Column == column && w.Kind == schema.Register && w.Stamp.String() == ref
		})
		if at < 0 {
			return nil, gone
		}
		value = writes[at].Value
	case "before":
		pasts, err := h.pasts(r, table, row)
		if err != nil {
			return nil, err
		}
		at, err := strconv.Atoi(ref)
		if err != nil || at < 0 || at >= len(pasts) || pasts[at].Column != column {
			return nil, gone
		}
		if c.Kind == schema.Set {
			err = json.Unmarshal(pasts[at].Value, &members)
		} else {
			value, err = pasts[at].value(c)
		}
		if err != nil {
			return nil, err
		}
	default:
		return nil, gone
	}
	if err := h.s.update(func(tx *replica.Tx) error {
		row, err := tx.Get(table, id)
		if err != nil {
			return err
		}
		keep := h.s.remember(tx, table, row)
		if c.Kind == schema.Set {
			err = setMembers(tx, table, id, column, members)
		} else {
			err = tx.Put(table, id, schema.Values{column: value})
		}
		if err != nil {
			return err
		}
		return keep()
	}); err != nil {
		return nil, err
	}
	if table == "consultation" {
		h.s.consultations.touch(id)
	}
	return h.Of(table, id)
}
