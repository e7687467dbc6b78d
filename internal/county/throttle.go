package county

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// slowdown is how one kind of guess is slowed down: free tries, then a wait
// that doubles with each further failure up to a longest one. A wait never
// locks anybody out for good, so that a stranger cannot shut an office out.
type slowdown struct {
	key     string
	free    int
	longest time.Duration
}

const forgetFailures = 24 * time.Hour

// attempt takes a try under every key before it is made, as though it had
// failed: a hundred guesses at the same moment are a hundred failures. It
// returns the wait when one of the keys is not free yet, and then counts nothing.
func (s *store) attempt(ctx context.Context, keys ...slowdown) (wait time.Duration, err error) {
	now := s.now()
	err = s.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM throttle WHERE at < ?`, now-forgetFailures.Milliseconds()); err != nil {
			return err
		}
		failures := make([]int, len(keys))
		for i, k := range keys {
			var until int64
			err := tx.QueryRowContext(ctx, `SELECT failures, until FROM throttle WHERE key = ?`, k.key).Scan(&failures[i], &until)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			wait = max(wait, time.Duration(until-now)*time.Millisecond)
		}
		if wait > 0 {
			return nil
		}
		for i, k := range keys {
			until := int64(0)
			if over := failures[i] + 1 - k.free; over > 0 {
				until = now + min(time.Second<<min(over-1, 20), k.longest).Milliseconds()
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO throttle (key, failures, until, at) VALUES (?, 1, ?, ?)
				ON CONFLICT (key) DO UPDATE SET failures = throttle.failures + 1, until = excluded.until, at = excluded.at`,
				k.key, until, now); err != nil {
				return err
			}
		}
		return nil
	})
	return wait, err
}

// succeeded forgets the failures of the keys: the try was good after all.
func (s *store) succeeded(ctx context.Context, keys ...slowdown) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, `DELETE FROM throttle WHERE key = ?`, k.key); err != nil {
				return err
			}
		}
		return nil
	})
}

// seconds is a wait rounded up.
func seconds(wait time.Duration) int { return int((wait + time.Second - 1) / time.Second) }
