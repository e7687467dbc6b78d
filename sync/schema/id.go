package schema

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
)

// ID names a row. It is a UUID: version 7 for rows that only one replica can
// create, version 5 of a natural key for rows that several may create
// independently. It is stored in 16 bytes and printed in the canonical form.
type ID uuid.UUID

// Nil is the zero ID; it never names a row.
var Nil ID

// NewID returns a version 7 UUID (RFC 9562, section 5.7) of the given Unix
// millisecond, so that a row's id tells when it was created.
func NewID(unixMilli int64) ID {
	id, err := NewIDFrom(unixMilli, rand.Reader)
	if err != nil {
		panic("schema: the system's random source failed: " + err.Error())
	}
	return id
}

// NewIDFrom is NewID with another source of random bits.
func NewIDFrom(unixMilli int64, random io.Reader) (ID, error) {
	var id ID
	if _, err := io.ReadFull(random, id[6:]); err != nil {
		return Nil, err
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(unixMilli))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// Derive returns the version 5 UUID of a natural key within a namespace: the
// kind and its parts joined by U+001F. Parts are taken as they are; normalise
// them first.
func Derive(namespace ID, kind string, parts ...string) ID {
	key := strings.Join(append([]string{kind}, parts...), "\x1f")
	return ID(uuid.NewSHA1(uuid.UUID(namespace), []byte(key)))
}

// ParseID reads the canonical form.
func ParseID(s string) (ID, error) {
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 {
		return Nil, fmt.Errorf("%q is not a row id", s)
	}
	return ID(u), nil
}

// MustParseID is ParseID for constants; it panics on a malformed id.
func MustParseID(s string) ID {
	id, err := ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func (id ID) String() string { return uuid.UUID(id).String() }

// IsNil tells whether the id names nothing.
func (id ID) IsNil() bool { return id == Nil }

// UnixMilli is the time inside a version 7 id, or false for any other version.
func (id ID) UnixMilli() (int64, bool) {
	if id[6]>>4 != 7 {
		return 0, false
	}
	var ms [8]byte
	copy(ms[2:], id[:6])
	return int64(binary.BigEndian.Uint64(ms[:])), true
}

// MarshalText prints the canonical form; the zero ID is the empty text.
func (id ID) MarshalText() ([]byte, error) {
	if id.IsNil() {
		return []byte{}, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText reads the canonical form or the empty text.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = Nil
		return nil
	}
	parsed, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Value stores the id in 16 bytes, the zero ID as NULL.
func (id ID) Value() (driver.Value, error) {
	if id.IsNil() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads 16 bytes or NULL.
func (id *ID) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*id = Nil
		return nil
	case []byte:
		if len(v) == 16 {
			copy(id[:], v)
			return nil
		}
	}
	return fmt.Errorf("a row id has 16 bytes, not %T", v)
}
