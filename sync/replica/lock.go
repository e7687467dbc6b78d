package replica

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"

	"fieldkit/sync/schema"
)

// A locked replica has no key of its sealed columns. It goes on merging, storing and
// forwarding, since merging needs stamps alone: a sealed value that arrives is put into
// a letter-box, of which only the missing key opens what is inside. Edits of sealed long
// texts wait in their changesets. Open columns can be read and written; sealed ones
// read as empty and cannot be written (ErrLocked).

const (
	boxMeta     = "letter-box"     // public key
	boxKeyMeta  = "letter-box-key" // private key, sealed under the rows' key
	boxContext  = "letter-box"
	boxKeyBytes = 32
)

// Lock seals what was written and forgets the key of the sealed columns. Best called
// after a sync: what is sealed before the county was asked cannot be renamed any more.
func (r *Replica) Lock(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.vault.keys.Load()
	if k == nil {
		return nil
	}
	box := r.vault.box
	if _, _, err := r.locked(ctx, func(tx *Tx) error {
		if err := tx.seal(); err != nil || box != nil {
			return err
		}
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			return err
		}
		box = private.PublicKey()
		if err := setMeta(ctx, tx.conn, boxMeta, box.Bytes()); err != nil {
			return err
		}
		return setMeta(ctx, tx.conn, boxKeyMeta, seal(k.rows, private.Bytes(), []byte(boxContext)))
	}); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	r.vault.box = box
	r.vault.keys.Store(nil)
	return nil
}

// Unlock asks Options.Key for the key of the sealed columns and merges what waited for
// it; with writes that are not sealed yet, at the next seal.
func (r *Replica) Unlock(ctx context.Context) error {
	r.mu.Lock()
	if r.vault.keys.Load() != nil {
		r.mu.Unlock()
		return nil
	}
	err := r.vault.unlock(r.opts.files, r.opts.Dir, r.opts.Key)
	if err == nil {
		if err = r.openBox(ctx, r.conn); err != nil {
			r.vault.keys.Store(nil)
		}
	}
	r.mu.Unlock()
	if err == nil {
		err = r.evolve(ctx)
	}
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// Locked tells whether the key of the sealed columns is away.
func (r *Replica) Locked() bool { return r.vault.keys.Load() == nil }

// openBox reads the letter-box's keys: the private one too when the vault is open.
func (r *Replica) openBox(ctx context.Context, q querier) error {
	public, err := meta[[]byte](ctx, q, boxMeta)
	if err != nil {
		return err
	}
	k := r.vault.keys.Load()
	if public == nil {
		if k == nil {
			return fmt.Errorf("%w, and were never open before", ErrLocked)
		}
		return nil
	}
	if r.vault.box, err = ecdh.X25519().NewPublicKey(public); err != nil {
		return fmt.Errorf("letter-box: %w", err)
	}
	if k == nil {
		return nil
	}
	sealed, err := meta[[]byte](ctx, q, boxKeyMeta)
	if err != nil {
		return err
	}
	private, err := unseal(k.rows, sealed, []byte(boxContext))
	if err != nil || len(private) != boxKeyBytes {
		return errors.Join(errors.New("the key does not open the letter-box: it is another one"), err)
	}
	opened := &rowKeys{rows: k.rows}
	if opened.box, err = ecdh.X25519().NewPrivateKey(private); err != nil {
		return err
	}
	r.vault.keys.Store(opened)
	return nil
}

// sealedText tells whether the edits of a column cannot be merged without its text.
func (r *Replica) sealedText(table, column uint16) bool {
	t := r.opts.Schema.TableByNumber(table)
	return t != nil && t.Index(column) >= 0 && sealedText(&t.Columns[t.Index(column)])
}

func sealedText(c *schema.Column) bool { return c.Kind == schema.LongText && c.Sealed() }

// waits tells whether a column cannot be merged now.
func (r *Replica) waits(c *schema.Column) bool { return sealedText(c) && r.Locked() }
