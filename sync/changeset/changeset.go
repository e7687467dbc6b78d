package changeset

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// Limits of the format. A changeset beyond one of them is refused before memory
// is allocated for it.
const (
	MaxSize     = 256 << 10 // bytes of a whole changeset
	MaxRaw      = 4 << 20   // bytes of a payload after decompression
	MaxHeader   = 8 << 10   // bytes of a header
	MaxAudience = 4 << 10   // bytes of an audience's name
	MaxCells    = 200_000   // field changes in one changeset
	MaxOrigins  = 4096      // other origins named in one changeset
)

// What can be wrong with received bytes. Callers tell these apart with
// errors.Is; nothing of a changeset in error may be used.
var (
	ErrMalformed = errors.New("malformed changeset")
	ErrTooLarge  = errors.New("changeset exceeds a limit")
	ErrVersion   = errors.New("changeset of an unknown format version")
	ErrAlgorithm = errors.New("changeset uses an unknown algorithm")
	ErrHash      = errors.New("payload does not match its hash")
	ErrSignature = errors.New("signature does not verify")
)

// Origin is an author of changes: one incarnation of one replica. A replica that
// was restored from an old copy, or cloned, goes on as a new incarnation.
type Origin struct {
	Replica     schema.ID
	Incarnation uint32
}

// Compare orders origins; the order breaks ties between equal stamps.
func (o Origin) Compare(p Origin) int {
	if c := bytes.Compare(o.Replica[:], p.Replica[:]); c != 0 {
		return c
	}
	return cmp.Compare(o.Incarnation, p.Incarnation)
}

func (o Origin) String() string { return fmt.Sprintf("%s.%d", o.Replica, o.Incarnation) }

// Stream is an append-only chain of changesets: what one origin wrote for one audience.
type Stream struct {
	Origin   Origin
	Audience string
}

// Vector is what a replica holds: the highest contiguous number of every stream.
type Vector map[Stream]uint64

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// Algorithm identifiers. Zero means "none" where that is allowed.
const (
	HashSHA256        = 1
	SignatureEd25519  = 1
	CompressionNone   = 0
	CompressionZstd   = 1
	SealingNone       = 0 // the payload is readable by whoever holds the changeset
	headerVersion     = 1
	signatureSize     = 64
	magic             = "FKC\x01"
	chainDomain       = "fieldkit changeset v1\x00"
	signatureDomain   = "fieldkit changeset signature v1\x00"
	certificateDomain = "fieldkit certificate v1\x00"
)

// Header is the signed part of a changeset.
type Header struct {
	Realm       schema.ID // the county; a changeset of another one is refused
	Stream      Stream
	Number      uint64    // from 1, without gaps
	Prev        Hash      // header hash of number-1, zero for number 1
	First, Last hlc.Stamp // oldest and newest stamp in it
	// Complete: no later changeset of the stream holds a stamp at or below. One
	// seal may fill several changesets whose times overlap; the last one moves it.
	Complete    hlc.Stamp
	Compression uint8
	Dictionary  uint32 // zstd dictionary, 0 none
	Sealing     uint8
	Recipients  [][]byte // wrapped content keys, none while Sealing is none
	PayloadHash Hash     // of the payload as carried
	PayloadSize int      // bytes as carried
	RawSize     int      // bytes after unsealing and decompression
}

// Changeset is a header with its signature and payload, as carried and stored.
type Changeset struct {
	Header
	Signature [signatureSize]byte
	Payload   []byte
	header    []byte // the exact bytes that were signed
}

// Version names one write of one field.
type Version struct {
	At     hlc.Stamp
	Origin int // index into Body.Origins
}

// Cell is what happened to one field of a row.
type Cell struct {
	Column uint16
	Kind   schema.Kind
	Type   schema.Type
	At     hlc.Stamp

	// Registers and immutables: the value, and the versions its writer overwrote.
	Prev []Version
	Null bool
	Int  int64
	Text string // Text, JSON, Bytes; a Ref's 16 bytes

	// Counters: the origin's totals so far.
	Plus, Minus uint64

	// Sets: every touched element.
	Elements []Element
}

// Element is an element of a set: the author's newest add (zero: none) and the
// adds that removers had seen.
type Element struct {
	Value   string
	Added   hlc.Stamp
	Removed []Version
}

// Row is the change of one row. Cells are in ascending order of their columns.
type Row struct {
	ID    schema.ID
	At    hlc.Stamp // the stamp most cells share
	Cells []Cell
}

// Table is the changes of one table.
type Table struct {
	Number uint16
	Rows   []Row
}

// Body is a decoded payload. Origins[0] is always the changeset's own origin.
type Body struct {
	Origins []Origin
	Tables  []Table
}
