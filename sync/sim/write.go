package main

import (
	"fmt"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// intent is one acknowledged write, as its author meant it.
type intent struct {
	origin   changeset.Origin
	audience string
	at       hlc.Stamp
	table    string
	id       schema.ID
	column   string
	value    any    // of a register
	delta    int64  // of a counter
	added    string // token put into a text, or element into a set
	gone     string // token taken out of a text, or element out of a set
	redacted bool
	first    *intent            // what this is under another name, nil for itself
	passedOn []changeset.Origin // incarnations that inherited it unsealed
}

// write makes one user's action.
func (w *world) write(n *node) error {
	var made []*intent
	id := w.rows[w.rng.IntN(len(w.rows))]
	table := "note"
	switch w.rng.IntN(12) {
	case 0:
		table, id = "own", schema.Derive(realm, "own", n.home, id.String())
	case 1:
		if n.version == 2 {
			table = "new"
		}
	}
	name := ""
	err := n.r.Update(w.ctx, func(tx *replica.Tx) error {
		made = nil
		row, err := tx.Get(table, id)
		if err != nil {
			return err
		}
		mean := func(in intent) {
			in.table, in.id = table, id
			made = append(made, &in)
		}
		kind := w.rng.IntN(100)
		if table != "note" && kind >= 45 {
			kind %= 45
		}
		switch {
		case kind < 30 && !(n.locked && table == "own"): // its title is sealed
			name = "put"
			err = w.put(tx, n, table, id, row, mean)
		case kind < 50:
			name = "add"
			column := "taps"
			if table == "note" && n.version == 2 && w.rng.IntN(3) == 0 {
				column = "late_taps"
			}
			d := int64(w.rng.IntN(20) - 5)
			mean(intent{column: column, delta: d})
			err = tx.Add(table, id, column, d)
		case kind < 60:
			name = "include"
			e := fmt.Sprint("e", w.rng.IntN(6))
			mean(intent{column: "tags", added: e})
			err = tx.Include(table, id, "tags", e)
		case kind < 66:
			name = "exclude"
			e := fmt.Sprint("e", w.rng.IntN(6))
			mean(intent{column: "tags", gone: e})
			err = tx.Exclude(table, id, "tags", e)
		case kind < 92:
			name = "text"
			err = w.text(tx, n, id, row, mean)
		case kind < 98:
			name = "resolve"
			w.writes++
			mean(intent{column: "title", value: fmt.Sprint("r", w.writes)})
			err = tx.Resolve(table, id, "title", fmt.Sprint("r", w.writes))
		default:
			if w.rng.IntN(12) == 0 {
				name = "redact"
				mean(intent{redacted: true})
				err = tx.Put(table, id, schema.Values{"redacted_at": w.now.UnixMilli()})
			}
		}
		for _, in := range made {
			in.at = tx.Stamp()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s on %s: %w", name, n.name, err)
	}
	for _, in := range made {
		in.origin, in.audience = n.r.Origin(), "everyone"
		if in.table == "own" {
			in.audience = n.home
		}
	}
	n.wrote = append(n.wrote, made...)
	if name == "" {
		return nil
	}
	w.note("write "+name, n.name, id)
	return nil
}

func (w *world) put(tx *replica.Tx, n *node, table string, id schema.ID, row *replica.Row, mean func(intent)) error {
	values := schema.Values{}
	set := func(column string, v any) {
		values[column] = v
		mean(intent{column: column, value: v})
	}
	w.writes++
	if table == "note" {
		if w.rng.IntN(2) == 0 {
			set("amount", int64(w.writes))
		}
		if w.rng.IntN(3) == 0 && !n.locked && (row == nil || row.Null("redacted_at")) {
			set("secret", fmt.Sprint("s", w.writes))
		}
		if n.version == 2 && w.rng.IntN(3) == 0 {
			set("later", int64(w.writes))
		}
		if row == nil {
			values["born"] = int64(w.writes)
		}
	}
	if len(values) == 0 || w.rng.IntN(2) == 0 {
		set("title", fmt.Sprint("t", w.writes))
	}
	return tx.Put(table, id, values)
}

// text puts a character into a text that is in no other place, or takes one out.
func (w *world) text(tx *replica.Tx, n *node, id schema.ID, row *replica.Row, mean func(intent)) error {
	column := []string{"story", "summary"}[w.rng.IntN(2)]
	if n.locked {
		column = "summary"
	}
	var text []rune
	if row != nil {
		text = []rune(row.Text(column))
	}
	if len(text) > 0 && (w.rng.IntN(3) == 0 || len(text) > 30) {
		at := w.rng.IntN(len(text))
		mean(intent{column: column, gone: string(text[at])})
		return tx.Put("note", id, schema.Values{column: string(text[:at]) + string(text[at+1:])})
	}
	w.writes++
	token := string(rune(0x20000 + w.writes%0xa000))
	at := w.rng.IntN(len(text) + 1)
	mean(intent{column: column, added: token})
	return tx.Edit("note", id, column, string(text), string(text[:at])+token+string(text[at:]))
}
