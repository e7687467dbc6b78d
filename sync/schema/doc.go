// Package schema declares replicated tables: their columns, value types, merge
// kinds and whether a column may lie open on disk.
//
// A table is declared once, as a Go value. The replica takes its SQL, its merge
// behaviour and its wire numbers from that declaration. The package knows
// nothing of SQL connections, changesets or the tables' meaning.
//
// Numbers of tables and columns are the identity on the wire. They are never
// reused: a column that is given up keeps its number for ever.
package schema
