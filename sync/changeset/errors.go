package changeset

import "errors"

// What can be wrong with received bytes: every refusal is one of these classes,
// and its text says which rule was broken. Callers tell them apart with errors.Is;
// nothing of a changeset in error may be used.
var (
	ErrMalformed  = errors.New("malformed changeset")
	ErrTooLarge   = errors.New("changeset exceeds a limit")
	ErrVersion    = errors.New("changeset of an unknown format version")
	ErrAlgorithm  = errors.New("changeset uses an unknown algorithm")
	ErrDictionary = errors.New("changeset is compressed with an unknown dictionary")
	ErrHash       = errors.New("payload does not match its hash")
	ErrSignature  = errors.New("signature does not verify")
	// ErrSealed: the payload is sealed, and no key is at hand of a group it is
	// sealed for. The changeset is whole: it can be kept and passed on.
	ErrSealed = errors.New("payload is sealed for others")
	// ErrOpen: a key is at hand, and what it should open was altered or belongs to
	// another header.
	ErrOpen = errors.New("sealed payload does not open")
	// ErrDropped: only the header of the changeset was kept.
	ErrDropped = errors.New("payload was dropped")
)

// Finer classes. Each is an ErrMalformed too.
var (
	ErrMagic     = class("another kind of file")                   // its first bytes are others
	ErrTruncated = class("ends too early")                         // fewer bytes than announced
	ErrTrailing  = class("bytes too many")                         // more bytes than announced
	ErrNumber    = class("a number not in its shortest form")      // or of more than 64 bits
	ErrForm      = class("an unknown form of a block")             // or one that cannot be
	ErrOrder     = class("out of order or twice")                  // rows, columns, origins, recipients
	ErrReference = class("points at nothing")                      // an index beyond its list
	ErrValue     = class("a value outside of its range")           // a time, an id, a mark, a count
	ErrPacked    = class("the compressed bytes do not decompress") // or to another size
)

type malformed string

func class(text string) error { return malformed(text) }

func (m malformed) Error() string { return ErrMalformed.Error() + ": " + string(m) }

func (malformed) Unwrap() error { return ErrMalformed }

// classes by the names that vectors and logs give them, the finer first.
var classes = []struct {
	name string
	err  error
}{
	{"magic", ErrMagic}, {"truncated", ErrTruncated}, {"trailing", ErrTrailing}, {"number", ErrNumber}, {"form", ErrForm}, {"order", ErrOrder},
	{"reference", ErrReference}, {"value", ErrValue}, {"packed", ErrPacked}, {"malformed", ErrMalformed}, {"too-large", ErrTooLarge}, {"version", ErrVersion},
	{"algorithm", ErrAlgorithm}, {"dictionary", ErrDictionary}, {"hash", ErrHash}, {"signature", ErrSignature}, {"sealed", ErrSealed}, {"open", ErrOpen}, {"dropped", ErrDropped},
}

// Class names the class of a refusal; "" for an error that is none of this package.
func Class(err error) string {
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	return ""
}
