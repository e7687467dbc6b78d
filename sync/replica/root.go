package replica

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// The county's device key is the realm's root. It certifies the key of every
// enrolled replica; a changeset counts only under a certified key.

// ErrRoot means that a realm presents another root key than the one learned at
// enrolment.
var ErrRoot = errors.New("the county's root key is not the one learned at enrolment")

func (r *Replica) isRoot() bool { return bytes.Equal(r.root, r.PublicKey()) }

// BecomeRoot makes this replica the root of its realm; the county calls it.
func (r *Replica) BecomeRoot(ctx context.Context) error {
	if err := r.TrustRoot(ctx, r.PublicKey()); err != nil {
		return err
	}
	if _, err := r.Certify(ctx, r.id, r.PublicKey()); err != nil {
		return err
	}
	return r.beginEpoch(ctx)
}

// TrustRoot learns the realm's root key, once; another one later is ErrRoot.
func (r *Replica) TrustRoot(ctx context.Context, root ed25519.PublicKey) error {
	if len(root) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: %d bytes", ErrRoot, len(root))
	}
	return r.Update(ctx, func(tx *Tx) error {
		switch {
		case r.root == nil:
		case bytes.Equal(r.root, root):
			return nil
		default:
			return ErrRoot
		}
		if err := setMeta(tx.ctx, tx.conn, "root", []byte(root)); err != nil {
			return err
		}
		r.root = bytes.Clone(root)
		return nil
	})
}

// Certify signs and keeps the certificate of an enrolled replica. Only the root
// can; a key once certified for a replica stays.
func (r *Replica) Certify(ctx context.Context, replica schema.ID, key ed25519.PublicKey) (changeset.Certificate, error) {
	c := changeset.Certify(r.opts.Realm, replica, key, r.key)
	if !r.isRoot() {
		return c, errors.New("only the county certifies replicas")
	}
	return c, r.Accept(ctx, c)
}

// Accept keeps a certificate after checking it by the root key.
func (r *Replica) Accept(ctx context.Context, c changeset.Certificate) error {
	return r.Update(ctx, func(tx *Tx) error {
		if err := c.Verify(r.opts.Realm, r.root); err != nil {
			return err
		}
		have, err := tx.certifiedKey(c.Replica)
		if err != nil {
			return err
		}
		if have != nil && !bytes.Equal(have, c.Key) {
			return fmt.Errorf("%w: replica %s already has another key", changeset.ErrSignature, c.Replica)
		}
		if have != nil {
			return nil
		}
		return tx.exec(`INSERT INTO _certificate (replica, key, signature) VALUES (?, ?, ?)`, c.Replica[:], []byte(c.Key), c.Signature[:])
	})
}

// Certificate is the kept certificate of a replica, false when there is none.
func (r *Replica) Certificate(ctx context.Context, replica schema.ID) (c changeset.Certificate, found bool, err error) {
	var key, signature []byte
	err = r.read.QueryRowContext(ctx, `SELECT key, signature FROM _certificate WHERE replica = ?`, replica[:]).Scan(&key, &signature)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read certificate: %w", err)
	}
	c.Replica, c.Key = replica, key
	copy(c.Signature[:], signature)
	return c, true, nil
}

// keyOf is the key a replica signs with, nil when it is not known.
func (tx *Tx) keyOf(replica schema.ID) (ed25519.PublicKey, error) {
	if replica == tx.r.id {
		return tx.r.PublicKey(), nil
	}
	return tx.certifiedKey(replica)
}

// certifiedKey is the key in a replica's certificate, nil when there is none.
func (tx *Tx) certifiedKey(replica schema.ID) (ed25519.PublicKey, error) {
	stmt, err := tx.stmt(`SELECT key FROM _certificate WHERE replica = ?`)
	if err != nil {
		return nil, err
	}
	var key []byte
	err = stmt.QueryRowContext(tx.ctx, replica[:]).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return key, err
}
