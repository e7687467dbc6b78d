package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// day is the body of an invented day: a few dozen new rows, some of them edited
// later, and tallies.
func day(w *words, n uint64) *changeset.Body {
	r := rand.New(rand.NewPCG(n, 1))
	d := &writer{w: w, r: r, at: 1735693200000 + r.Int64N(365*86_400_000), labels: n%2 == 1}
	author := changeset.Origin{Replica: d.id(), Incarnation: 1}
	body := &changeset.Body{Origins: []changeset.Origin{author, {Replica: d.id(), Incarnation: 1}}, Introduced: uint64(r.IntN(5000))}
	d.refs = []schema.ID{d.id(), d.id(), d.id(), d.id()}
	for _, t := range model.Schema.Tables {
		rows := map[string]int{"activity": 1 + r.IntN(2), "handout": r.IntN(8), "attendance": r.IntN(60), "consultation": 8 + r.IntN(40), "venue": r.IntN(6), "placement": r.IntN(8)}[t.Name]
		if rows == 0 {
			continue
		}
		out := changeset.Table{Number: t.Number}
		for range rows {
			d.at += int64(r.ExpFloat64() * 90_000)
			out.Rows = append(out.Rows, d.row(t, 0, 0.8))
		}
		for i := range r.IntN(1 + rows/3) {
			d.at += int64(r.ExpFloat64() * 60_000)
			out.Rows = append(out.Rows, d.row(t, uint64(1+7*i+r.IntN(7)), 0.08))
		}
		out.Rows = slices.DeleteFunc(out.Rows, func(row changeset.Row) bool { return len(row.Cells) == 0 })
		body.Tables = append(body.Tables, out)
	}
	return body
}

type writer struct {
	w      *words
	r      *rand.Rand
	at     int64 // ms
	refs   []schema.ID
	labels bool // codes are written out
}

func (d *writer) id() schema.ID {
	var tail [10]byte
	for i := range tail {
		tail[i] = byte(d.r.UintN(256))
	}
	ms := uint64(d.at)
	id := schema.ID{byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms)}
	copy(id[6:], tail[:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// row is a new row, or an edit of the row named seq; share is how many of the
// columns it writes.
func (d *writer) row(t *schema.Table, seq uint64, share float64) changeset.Row {
	at := hlc.At(d.at)
	row := changeset.Row{ID: d.id(), At: at, Name: changeset.Name{Seq: seq}}
	for i := range t.Columns {
		c := &t.Columns[i]
		if d.r.Float64() > share || seq > 0 && c.Kind == schema.Immutable {
			continue
		}
		cell := changeset.Cell{Column: c.Number, Kind: c.Kind, Type: c.Type, At: at}
		switch {
		case c.Kind == schema.Counter:
			cell.Plus = uint64(d.r.IntN(400))
		case c.Kind == schema.Set:
			for _, code := range d.codes(c.Name) {
				cell.Elements = append(cell.Elements, changeset.Element{Value: code, Added: at})
			}
		case c.Kind == schema.LongText:
			if d.r.IntN(3) == 0 {
				continue
			}
			cell.Insertions = []changeset.Insertion{{Seq: 1, At: at, Text: d.w.note(d.r)}}
		case c.Type == schema.Ref:
			id := d.refs[d.r.IntN(len(d.refs))]
			cell.Text = string(id[:])
		case c.Type == schema.Int:
			cell.Int = d.number(c.Name)
		case c.Type == schema.Bool:
			cell.Int = int64(d.r.IntN(2))
		default:
			cell.Text = d.text(c.Name)
			cell.Null = cell.Text == ""
		}
		if seq > 0 && c.Kind == schema.Register {
			cell.Prev = []changeset.Version{{At: at - hlc.At(1+d.r.Int64N(9_000_000)), Origin: d.r.IntN(2)}}
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

func (d *writer) codes(column string) []string {
	table := map[string]string{"fraud_types": "fraud_type", "channels": "channel", "advice": "advice"}[column]
	if table == "" {
		return nil
	}
	var out []string
	for range 1 + d.r.IntN(2) {
		if code := d.code(table); !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}

func (d *writer) code(table string) string {
	list := model.Codes[table]
	c := list[int(d.r.Float64()*d.r.Float64()*float64(len(list)))]
	if d.labels {
		return c.ZH
	}
	return c.Code
}

func (d *writer) number(column string) int64 {
	switch {
	case strings.HasSuffix(column, "_at"):
		return d.at - d.r.Int64N(600_000)
	case strings.HasSuffix(column, "_fen"):
		return 100 * d.r.Int64N(30_000)
	}
	return d.r.Int64N(100)
}

func (d *writer) text(column string) string {
	switch column {
	case "town":
		return d.w.pick(d.r, "towns")
	case "community", "address", "door_key":
		return d.w.pick(d.r, "villages")
	case "name", "place_text", "spot":
		return d.w.pick(d.r, "venues")
	case "title":
		return d.w.pick(d.r, "towns") + d.w.pick(d.r, "activities")
	case "org_name", "short_name":
		return d.w.pick(d.r, "units")
	case "person_name", "person_label", "contact_name", "deputy_name":
		return d.w.pick(d.r, "surnames") + d.w.pick(d.r, "given")
	case "phone", "contact_phone", "shown_phone":
		return "12" + strconv.Itoa(100_000_000+d.r.IntN(900_000_000))
	case "from_on", "to_on", "follow_up_on":
		return fmt.Sprintf("2025-%02d-%02d", 1+d.r.IntN(12), 1+d.r.IntN(28))
	case "note", "absent_reason", "occupation":
		return d.w.pick(d.r, "states")
	case "kind":
		return d.code("activity_kind")
	}
	if _, ok := model.Codes[column]; ok {
		return d.code(column)
	}
	return ""
}
