package changeset

import (
	"bytes"
	"cmp"
	"crypto/sha256"
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
	MaxGroups   = 64        // recipients of a sealed payload
	MaxTables   = 1 << 10   // tables in one changeset
	maxColumns  = 1 << 10   // field changes of one row
	MaxRows     = 1 << 14   // rows in one changeset
	MaxCells    = 1 << 17   // field changes in one changeset, with all that they list
	MaxText     = 16 << 20  // bytes of text in the cells of one changeset, those that repeat included
	MaxOrigins  = 4096      // origins named in one changeset
)

// Origin is an author of changes: one incarnation of one replica. A replica that
// was restored from an old copy, or cloned, goes on as a new incarnation.
type Origin struct {
	Replica     schema.ID
	Incarnation uint32 // 0 names the root's snapshots
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
	SealingX25519     = 1 // XChaCha20-Poly1305, its key wrapped for groups' X25519 keys
	headerVersion     = 1
	signatureSize     = 64
	magic             = "FKC\x01"
	magicDropped      = "FKH\x01" // a changeset of which only the header was kept
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
	Complete hlc.Stamp
	// Rows is how many rows the stream has introduced with this changeset and
	// those before: known even where the payload cannot be read.
	Rows        uint64
	Compression uint8
	Dictionary  uint32 // zstd dictionary, 0 none
	Sealing     uint8
	RawSize     int  // bytes after unsealing and decompression
	PayloadSize int  // bytes as carried
	PayloadHash Hash // of the payload as carried

	sealed []byte // what the sealing needs: the wrapped keys
}

// Changeset is a header with its signature and payload, as carried and stored.
type Changeset struct {
	Header
	Signature [signatureSize]byte
	Payload   []byte // nil when dropped
	dropped   bool
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
	// By is whose write it is: 0, the author's, except in States and where an author
	// passes on what an earlier incarnation of it wrote. An index into Body.Origins.
	By int

	// Registers, immutables and long texts: the versions its writer overwrote.
	// Registers and immutables: the value.
	Prev []Version
	Null bool
	Int  int64
	Text string // Text, JSON, Bytes; a Ref's 16 bytes

	// Counters: By's totals so far.
	Plus, Minus uint64

	// Sets: every touched element.
	Elements []Element

	// Long texts: the author's edits.
	Insertions []Insertion
	Deletions  []Deletion
}

// Char names a character of a long text: the Seq-th that an origin inserted,
// from 1; 0 is the beginning of the text.
type Char struct {
	Origin int // index into Body.Origins
	Seq    uint64
}

// Insertion is a run of characters placed after one. Its characters have the
// author's numbers from Seq on.
type Insertion struct {
	Seq   uint64
	After Char
	At    hlc.Stamp
	Text  string
}

// Deletion is Count consecutive characters of one origin from First on.
type Deletion struct {
	First Char
	Count uint64
	At    hlc.Stamp
}

// Element is an element of a set: By's newest add (zero: none) and the
// adds that removers had seen.
type Element struct {
	Value   string
	Added   hlc.Stamp
	Removed []Version
}

// Name is the short name of a row within an audience: the row is the Seq-th that
// the origin introduced in its stream for that audience, from 1.
type Name struct {
	Origin int // index into Body.Origins
	Seq    uint64
}

// Row is the change of one row. Cells are in ascending order of their columns; a
// counter, set or long text has one for each origin.
type Row struct {
	// ID is zero in a decoded body when the row's name means nothing here.
	ID schema.ID
	// Name, when it is not zero, stands for the id on the wire. A row without one
	// is introduced: it gets the stream's next number.
	Name  Name
	At    hlc.Stamp // the stamp most cells share
	Cells []Cell
	// Names are, of a row in States, its names in the audience; From are the
	// audiences, as indexes into States.Audiences, in which it was written before it
	// came into this one; Passed are versions that may come again.
	Names  []Name
	From   []int
	Passed []Passed
}

// Passed is a register's version that was passed on by a later incarnation than its
// author's and is in no stream yet.
type Passed struct {
	Column uint16
	Version
}

// Table is the changes of one table.
type Table struct {
	Number uint16
	Rows   []Row
	// Unknown is, in a decoded body, how many rows a table that is not declared
	// here introduces; Rows is then empty.
	Unknown int
}

// Body is a decoded payload. Origins[0] is always the changeset's own origin.
type Body struct {
	Origins []Origin
	// Introduced is how many rows the stream introduced before this changeset. It
	// follows from the header's Rows.
	Introduced uint64
	Tables     []Table
	States     *States // nil in what any replica but the root writes
}

// introduces counts the rows that a body introduces.
func (b *Body) introduces() (n uint64) {
	for i := range b.Tables {
		n += uint64(b.Tables[i].Unknown)
		for j := range b.Tables[i].Rows {
			if b.Tables[i].Rows[j].Name.Seq == 0 {
				n++
			}
		}
	}
	return n
}

// Rows tells a decoder what the replica knows.
type Rows interface {
	// Known tells whether a table is declared here. One that is not is stepped over.
	Known(table uint16) bool
	// Row is the id behind a name; zero for a row that was not taken here. An
	// error ends decoding and is returned.
	Row(table uint16, origin Origin, seq uint64) (schema.ID, error)
}
