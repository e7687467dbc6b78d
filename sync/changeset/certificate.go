package changeset

import (
	"crypto/ed25519"
	"fmt"

	"fieldkit/sync/schema"
)

// Certificate is the county's word that a replica writes with a key. Whoever
// holds the county's root key can check it without asking anyone.
type Certificate struct {
	Replica   schema.ID
	Key       ed25519.PublicKey
	Signature [signatureSize]byte
}

func (c *Certificate) message(realm schema.ID) []byte {
	m := append([]byte(certificateDomain), realm[:]...)
	return append(append(m, c.Replica[:]...), c.Key...)
}

// Certify signs a replica's key for a realm with the realm's root key.
func Certify(realm, replica schema.ID, key ed25519.PublicKey, root ed25519.PrivateKey) Certificate {
	c := Certificate{Replica: replica, Key: key}
	copy(c.Signature[:], ed25519.Sign(root, c.message(realm)))
	return c
}

// Verify checks the certificate by the realm's root key.
func (c *Certificate) Verify(realm schema.ID, root ed25519.PublicKey) error {
	if len(root) != ed25519.PublicKeySize || len(c.Key) != ed25519.PublicKeySize || !ed25519.Verify(root, c.message(realm), c.Signature[:]) {
		return fmt.Errorf("%w: certificate of replica %s", ErrSignature, c.Replica)
	}
	return nil
}
