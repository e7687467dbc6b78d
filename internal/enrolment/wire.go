package enrolment

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"fieldkit/sync/schema"
)

// Path is where the county's server takes enrolments.
const Path = "/enrol"

// MaxBody is the size in bytes that neither side of the exchange exceeds.
const MaxBody = 16 << 10

// MaxLabel is the length of a device's name in characters (domain.md, 2.1).
const MaxLabel = 12

// wireRequest is the body of POST /enrol (JSON, byte strings in base64).
type wireRequest struct {
	Realm     schema.ID `json:"realm"`
	Secret    []byte    `json:"secret"`
	Device    schema.ID `json:"device"`
	PublicKey []byte    `json:"public_key"`
	Label     string    `json:"label"`
	Version   string    `json:"version"`
	Signature []byte    `json:"signature"`
}

// Application is an enrolment request as the county's server sees it, with the
// proof that the sender holds the device's private key already checked.
type Application struct {
	Realm      schema.ID
	SecretHash [32]byte // SHA-256 of the code's secret
	Device     schema.ID
	PublicKey  ed25519.PublicKey
	Label      string
	Version    string
}

// Unit is the unit that a code enrols for.
type Unit struct {
	ID         schema.ID `json:"id"`
	Code       string    `json:"code"`
	Name       string    `json:"name"`
	ShortName  string    `json:"short_name"`
	Department string    `json:"department"`
}

// Grant is the county's answer: who this computer is from now on.
type Grant struct {
	Realm  schema.ID `json:"realm"`
	County string    `json:"county"`
	Device schema.ID `json:"device"`
	Label  string    `json:"label"`
	Unit   Unit      `json:"unit"`
	At     int64     `json:"at"` // the county's clock, Unix milliseconds

	// CountyReplica and CountyKey name the county's own replica and the key
	// that verifies what it writes and certifies.
	CountyReplica schema.ID         `json:"county_replica"`
	CountyKey     ed25519.PublicKey `json:"county_key"`

	// The client fills these from the code and the connection that worked.
	Address string `json:"-"`
	Pin     []byte `json:"-"`
}

// Refusal is the body of a refused request.
type Refusal struct {
	Code       Reason `json:"code"`
	RetryAfter int    `json:"retry_after,omitempty"` // seconds
}

// signed is what the device key signs. The label and version are hashed so
// that the lengths are fixed and nothing can shift from one field to another.
func (r *wireRequest) signed() []byte {
	b := []byte("fieldkit enrol 1\x00")
	b = append(b, r.Realm[:]...)
	b = append(b, r.Device[:]...)
	for _, field := range [][]byte{r.PublicKey, r.Secret, []byte(r.Label), []byte(r.Version)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		sum := sha256.Sum256(field)
		b = append(b, sum[:]...)
	}
	return b
}

// check verifies sizes and the proof of possession.
func (r *wireRequest) check() (Application, error) {
	switch {
	case r.Device.IsNil() || r.Realm.IsNil():
		return Application{}, errors.New("no device or realm")
	case len(r.PublicKey) != ed25519.PublicKeySize:
		return Application{}, errors.New("the public key has another size")
	case len(r.Secret) != secretSize:
		return Application{}, errors.New("the secret has another size")
	case utf8.RuneCountInString(r.Label) > MaxLabel || !utf8.ValidString(r.Label) || len(r.Version) > 40:
		return Application{}, errors.New("label or version too long")
	case !ed25519.Verify(r.PublicKey, r.signed(), r.Signature):
		return Application{}, errors.New("the signature does not fit the public key")
	}
	return Application{
		Realm: r.Realm, SecretHash: sha256.Sum256(r.Secret), Device: r.Device,
		PublicKey: r.PublicKey, Label: r.Label, Version: r.Version,
	}, nil
}
