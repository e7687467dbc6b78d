// Package changeset is the wire format: an immutable, compressed, hash-chained
// and signed set of row changes by one origin for one audience.
//
// It encodes, decodes, signs and verifies bytes. It knows nothing of databases,
// of how values merge, or of how changesets travel. The format is specified in
// sync/FORMAT.md; the two must agree.
package changeset
