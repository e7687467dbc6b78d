package replica

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/cespare/xxhash/v2"

	"fieldkit/sync/changeset"
)

// origins maps origins to their local numbers and back. Numbers are small and
// differ between replicas; nothing local leaves the replica.
type origins struct {
	mu     sync.RWMutex
	byName map[changeset.Origin]int
	list   []changeset.Origin // by number; 0 is unused
	hashes []uint64
}

func loadOrigins(ctx context.Context, q querier) (*origins, error) {
	o := &origins{byName: map[changeset.Origin]int{}, list: make([]changeset.Origin, 1), hashes: make([]uint64, 1)}
	rows, err := q.QueryContext(ctx, `SELECT idx, replica, incarnation FROM _origin ORDER BY idx`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var idx int
		var name changeset.Origin
		if err := rows.Scan(&idx, &name.Replica, &name.Incarnation); err != nil {
			return nil, err
		}
		if idx != len(o.list) {
			return nil, fmt.Errorf("origin %d is missing", len(o.list))
		}
		o.add(name)
	}
	return o, rows.Err()
}

func (o *origins) add(name changeset.Origin) int {
	o.byName[name] = len(o.list)
	o.list = append(o.list, name)
	b := binary.BigEndian.AppendUint32(append([]byte(nil), name.Replica[:]...), name.Incarnation)
	o.hashes = append(o.hashes, xxhash.Sum64(b))
	return len(o.list) - 1
}

// number returns the local number of an origin, giving it one when it is new.
func (o *origins) number(ctx context.Context, q execer, name changeset.Origin) (int, error) {
	o.mu.RLock()
	n, ok := o.byName[name]
	o.mu.RUnlock()
	if ok {
		return n, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := q.ExecContext(ctx, `INSERT INTO _origin (idx, replica, incarnation) VALUES (?, ?, ?)`,
		len(o.list), name.Replica, name.Incarnation); err != nil {
		return 0, fmt.Errorf("register origin: %w", err)
	}
	return o.add(name), nil
}

// lookup is the number of an origin, if it has one.
func (o *origins) lookup(name changeset.Origin) (int, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	n, ok := o.byName[name]
	return n, ok
}

// forget drops the numbers from n on, after the transaction that gave them was undone.
func (o *origins) forget(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, name := range o.list[n:] {
		delete(o.byName, name)
	}
	o.list, o.hashes = o.list[:n], o.hashes[:n]
}

func (o *origins) len() int {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.list)
}

// name is the origin with a number; zero for a number that only damage can bring.
func (o *origins) name(n int) changeset.Origin {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if uint(n) >= uint(len(o.list)) {
		return changeset.Origin{}
	}
	return o.list[n]
}

func (o *origins) hash(n int) uint64 {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if uint(n) >= uint(len(o.hashes)) {
		return 0
	}
	return o.hashes[n]
}

// less orders stamps the same way on every replica: by time, then by the
// origin's identity.
func (o *origins) less(a, b stamp) bool {
	if a.at != b.at {
		return a.at < b.at
	}
	if a.origin == b.origin {
		return false
	}
	return o.name(a.origin).Compare(o.name(b.origin)) < 0
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
