package schema

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
)

// Kind says how concurrent writes of a column merge.
type Kind uint8

// The merge kinds. The numbers are on the wire.
const (
	Register  Kind = 1 // the last writer wins, by (stamp, origin); a concurrent loser is kept for review
	Immutable Kind = 2 // the first writer stands
	Counter   Kind = 3 // every origin's contribution is kept; the value is their sum
	Set       Kind = 4 // an add wins over a concurrent remove
	LongText  Kind = 5 // insertions and deletions of all sides are kept
)

var kindNames = [...]string{"?", "register", "immutable", "counter", "set", "long text"}

func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return kindNames[0]
	}
	return kindNames[k]
}

// Type is what a column holds.
type Type uint8

// The value types. The numbers are on the wire.
const (
	Text  Type = 1 // string
	Int   Type = 2 // int64
	Bool  Type = 3 // int64, 0 or 1
	Bytes Type = 4 // []byte
	Ref   Type = 5 // ID of another row
	JSON  Type = 6 // string holding one JSON value: a composite that is written whole
	Texts Type = 7 // []string: the value of a Set
)

// MaxValue is the size in bytes that no single value may exceed.
const MaxValue = 64 << 10

// Column is one field of a table. Make one with the constructors (TextCol, IntCol …).
type Column struct {
	Number uint16 // wire identity within the table, from 1, never reused
	Name   string
	Type   Type
	Kind   Kind
	// OpenReason says why a text may lie readable on disk. A text without one
	// is sealed: it never becomes an SQL value.
	OpenReason string
	// forceSealed seals a column of a type that is open by default.
	forceSealed bool
	// Personal is emptied when the row is redacted.
	Personal bool
	// RedactedBy names a mark like Table.RedactedBy that empties this column alone, which
	// is due earlier than the others.
	RedactedBy string
}

// Fingerprint is equal for schemas under which equal rows have equal checksums.
func (s *Schema) Fingerprint() uint64 {
	h := fnv.New64a()
	for _, t := range s.Tables {
		for i := range t.Columns {
			c := &t.Columns[i]
			fmt.Fprintln(h, t.Number, c.Number, c.Type, c.Kind, c.Sealed())
		}
	}
	return h.Sum64()
}

// Sealed tells whether the column lives encrypted in the row's _sealed blob
// instead of in an SQL column of its own.
func (c *Column) Sealed() bool {
	if c.forceSealed {
		return true
	}
	switch c.Type {
	case Text, JSON, Bytes:
		return c.OpenReason == ""
	}
	return false
}

// TextCol is a string, sealed unless opened.
func TextCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Text, Kind: Register}
}

// LongTextCol is a text that several may edit at once: what each side typed in
// and took out is kept. It is sealed unless opened.
func LongTextCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Text, Kind: LongText}
}

// JSONCol is a composite written as a whole, sealed unless opened.
func JSONCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: JSON, Kind: Register}
}

// BytesCol is a byte string, sealed unless opened.
func BytesCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Bytes, Kind: Register}
}

// IntCol is an integer: a quantity, an amount in fen, a time in Unix milliseconds.
func IntCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Int, Kind: Register}
}

// BoolCol is 0 or 1.
func BoolCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Bool, Kind: Register}
}

// RefCol is another row's id.
func RefCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Ref, Kind: Register}
}

// CounterCol is a tally to which every replica adds; NULL never, 0 at first.
func CounterCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Int, Kind: Counter}
}

// SetCol is an add-wins set of codes or ids. Its elements lie open: they must
// not be personal.
func SetCol(number uint16, name string) Column {
	return Column{Number: number, Name: name, Type: Texts, Kind: Set, OpenReason: "codes and ids only"}
}

// Open lets a text lie readable on disk, for the reason given.
func (c Column) Open(reason string) Column { c.OpenReason = reason; return c }

// Seal keeps an integer or reference out of the SQL columns.
func (c Column) Seal() Column { c.forceSealed = true; return c }

// Redactable marks a personal value: it is emptied everywhere, for good, when its
// row is redacted; see Table.RedactedBy.
func (c Column) Redactable() Column { c.Personal = true; return c }

// RedactableBy is Redactable for a value that has a mark of its own as well.
func (c Column) RedactableBy(mark string) Column { c.Personal, c.RedactedBy = true, mark; return c }

// First makes the first write stand (merge kind immutable).
func (c Column) First() Column { c.Kind = Immutable; return c }

// Table is a replicated table.
type Table struct {
	Number  uint16 // wire identity, from 1, never reused
	Name    string
	Columns []Column
	// Indexes are the column lists of plain SQL indexes.
	Indexes [][]string
	// RedactedBy names the immutable integer whose first write empties the
	// redactable columns of the row and drops every other write of them, however
	// it was ordered; "" for none.
	RedactedBy string
	// MergedInto names the reference by which a row is joined to the one that
	// stands for both; "" for none. See replica.Survivors.
	MergedInto string

	byName   map[string]int
	byNumber map[uint16]int
	marks    []int
}

// Marks are the positions of the columns that redact the row or some of it.
func (t *Table) Marks() []int { return t.marks }

// Column finds a column by name; nil if there is none.
func (t *Table) Column(name string) *Column {
	if i, ok := t.byName[name]; ok {
		return &t.Columns[i]
	}
	return nil
}

// Index is a column's position in Columns, by wire number; -1 if unknown.
func (t *Table) Index(number uint16) int {
	if i, ok := t.byNumber[number]; ok {
		return i
	}
	return -1
}

// Schema is a set of tables.
type Schema struct {
	Tables []*Table

	byName   map[string]*Table
	byNumber map[uint16]*Table
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// New checks the declarations: names and numbers unique and well formed, sets
// and counters of their own types, indexes over open columns.
func New(tables ...*Table) (*Schema, error) {
	s := &Schema{Tables: tables, byName: map[string]*Table{}, byNumber: map[uint16]*Table{}}
	for _, t := range tables {
		if !identifier.MatchString(t.Name) || t.Number == 0 {
			return nil, fmt.Errorf("table %q (number %d): malformed name or number", t.Name, t.Number)
		}
		if s.byName[t.Name] != nil || s.byNumber[t.Number] != nil {
			return nil, fmt.Errorf("table %q (number %d) is declared twice", t.Name, t.Number)
		}
		s.byName[t.Name], s.byNumber[t.Number] = t, t
		t.byName, t.byNumber = map[string]int{}, map[uint16]int{}
		for i := range t.Columns {
			c := &t.Columns[i]
			if !identifier.MatchString(c.Name) || c.Name == "id" || c.Number == 0 {
				return nil, fmt.Errorf("%s.%s (number %d): malformed name or number", t.Name, c.Name, c.Number)
			}
			if _, dup := t.byName[c.Name]; dup || t.Index(c.Number) >= 0 {
				return nil, fmt.Errorf("%s.%s (number %d) is declared twice", t.Name, c.Name, c.Number)
			}
			if (c.Kind == Set) != (c.Type == Texts) || c.Kind == Counter && (c.Type != Int || c.Sealed()) || c.Kind == Set && c.Sealed() {
				return nil, fmt.Errorf("%s.%s: a %s cannot hold this type", t.Name, c.Name, c.Kind)
			}
			if c.Personal && (c.Kind == Counter || c.Kind == Set) {
				return nil, fmt.Errorf("%s.%s: a %s cannot be redacted", t.Name, c.Name, c.Kind)
			}
			t.byName[c.Name], t.byNumber[c.Number] = i, i
		}
		for _, c := range slices.Concat([]Column{{Name: t.Name, RedactedBy: t.RedactedBy}}, t.Columns) {
			if c.RedactedBy == "" {
				continue
			}
			mark := t.Column(c.RedactedBy)
			if mark == nil || mark.Kind != Immutable || mark.Type != Int || mark.Personal {
				return nil, fmt.Errorf("%s is redacted by %q, which is no immutable integer", c.Name, c.RedactedBy)
			}
			if i := t.Index(mark.Number); !slices.Contains(t.marks, i) {
				t.marks = append(t.marks, i)
			}
		}
		if c := t.Column(t.MergedInto); t.MergedInto != "" && (c == nil || c.Kind != Register || c.Type != Ref) {
			return nil, fmt.Errorf("%s is merged into %q, which is no reference", t.Name, t.MergedInto)
		}
		for _, index := range t.Indexes {
			for _, name := range index {
				if c := t.Column(name); c == nil || c.Sealed() {
					return nil, fmt.Errorf("%s: cannot index %q", t.Name, name)
				}
			}
		}
	}
	return s, nil
}

// MustNew is New for declarations fixed in code; it panics on a mistake in them.
func MustNew(tables ...*Table) *Schema {
	s, err := New(tables...)
	if err != nil {
		panic("schema: " + err.Error())
	}
	return s
}

// Table finds a table by name; nil if there is none.
func (s *Schema) Table(name string) *Table { return s.byName[name] }

// TableByNumber finds a table by wire number; nil if unknown.
func (s *Schema) TableByNumber(number uint16) *Table { return s.byNumber[number] }
