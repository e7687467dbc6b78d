// Package replica is a SQLite database that records local writes, seals them
// into signed changesets and merges the changesets of others, so that all
// replicas holding the same changesets hold the same rows.
//
// It knows how columns merge and nothing of what they mean, nor how changesets
// travel.
//
// # Rows
//
// Every replicated table is a plain SQL table with one column per open field,
// the row's packed clock in _clock and its sealed fields in _sealed. The packed
// clock holds the stamp of every field that was ever written, every origin's
// share of each counter and the tags of each set: there is no second table to
// keep in step.
//
// # Origins and streams
//
// An origin is one incarnation of one replica: the author of writes. A stream
// is what one origin wrote for one audience: changesets numbered 1, 2, 3 … and
// chained by hash.
//
// # Writing
//
// One call of Update is one durable transaction: rows, clocks and journal
// together. The journal names rows that changed since the last seal; Seal turns
// it into changesets. Merging always seals first, so that an unsealed write is
// never overtaken unseen.
package replica
