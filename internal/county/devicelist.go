package county

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fieldkit/sync/schema"
)

// silentAfter is how long a kit may stay away before the office should
// telephone (domain.md, W15).
const silentAfter = 7 * 24 * time.Hour

// DeviceInfo is a computer as the dashboard lists it.
type DeviceInfo struct {
	ID         string `json:"id"`
	Label      string `json:"label"`
	Unit       string `json:"unit"`
	UnitID     string `json:"unit_id"`
	State      string `json:"state"` // active, lost, retired
	Standing   string `json:"standing"`
	EnrolledAt int64  `json:"enrolled_at"`
	LastSeen   int64  `json:"last_seen"` // Unix milliseconds; 0: never
	Waiting    int64  `json:"waiting"`   // records it still held at the last exchange
	ClockMs    int64  `json:"clock_ms"`  // how far its clock is ahead
	Version    string `json:"version"`
	Received   int64  `json:"received"` // changesets since enrolment
	Bytes      int64  `json:"bytes"`    // what it sent, as kept here
	Phone      string `json:"phone"`    // of its unit
	Astray     int64  `json:"astray"`   // since when its records are not the county's though they have the same changesets; 0: they are
	Free       int64  `json:"free"`     // bytes its disk had left at the last exchange; -1: it did not tell
}

// standing answers "do we wait for this computer": "in" (all received),
// "waiting" (it holds records), "silent" (away for a week), "never" (enrolled,
// not synced yet), or its state when it is not active.
func (d *device) standing(now int64) string {
	switch {
	case d.state != deviceActive:
		return d.state
	case !d.lastSeen.Valid && now-d.enrolled < silentAfter.Milliseconds():
		return "never"
	case now-max(d.lastSeen.Int64, d.enrolled) >= silentAfter.Milliseconds():
		return "silent"
	case !d.lastSeen.Valid:
		return "never"
	case d.waiting.Int64 > 0:
		return "waiting"
	}
	return "in"
}

// Devices lists the registered computers.
func (s *Service) Devices(ctx context.Context) ([]DeviceInfo, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.c.deviceList(ctx, names)
	return seen(v, list), err
}

// seen leaves the computers of the account's own unit, when it is bound to one.
func seen(v *visit, list []DeviceInfo) []DeviceInfo {
	unit, bound := v.bound()
	if !bound {
		return list
	}
	kept := []DeviceInfo{}
	for _, d := range list {
		if d.UnitID == unit.String() {
			kept = append(kept, d)
		}
	}
	return kept
}

func (c *County) deviceList(ctx context.Context, names *nameBook) ([]DeviceInfo, error) {
	devices, err := c.store.devices(ctx)
	if err != nil {
		return nil, err
	}
	phones := map[schema.ID]string{}
	err = c.replica.Each(ctx, "unit", "", nil, func(row *replicaRow) error { phones[row.ID] = row.Text("service_phone"); return nil })
	if err != nil {
		return nil, err
	}
	sizes, err := c.sent(ctx)
	if err != nil {
		return nil, err
	}
	list, now := []DeviceInfo{}, c.store.now()
	for _, d := range devices {
		free := int64(-1)
		if d.free.Valid {
			free = d.free.Int64
		}
		list = append(list, DeviceInfo{
			ID: d.id.String(), Label: d.label, Unit: names.unit(d.unit), UnitID: d.unit.String(), State: d.state, Standing: d.standing(now), EnrolledAt: d.enrolled,
			LastSeen: d.lastSeen.Int64, Waiting: d.waiting.Int64, ClockMs: d.offset.Int64, Version: d.version, Received: d.received,
			Bytes: sizes[d.id], Phone: phones[d.unit], Free: free, Astray: d.astray.Int64,
		})
	}
	return list, nil
}

// sizes keeps what each computer sent for half a minute: it is asked with every page.
type sizes struct {
	mu sync.Mutex
	of map[schema.ID]int64
	at time.Time
}

// sent is how many bytes of changesets of each computer are kept here.
func (c *County) sent(ctx context.Context) (map[schema.ID]int64, error) {
	c.sizes.mu.Lock()
	defer c.sizes.mu.Unlock()
	if c.sizes.of != nil && time.Since(c.sizes.at) < 30*time.Second {
		return c.sizes.of, nil
	}
	rows, err := c.replica.Query(ctx, `SELECT o.replica, sum(s.size) FROM _changeset s JOIN _origin o ON o.idx = s.origin GROUP BY 1`)
	if err != nil {
		return nil, fmt.Errorf("measure what was sent: %w", err)
	}
	defer rows.Close()
	of := map[schema.ID]int64{}
	for rows.Next() {
		var id schema.ID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		of[id] = n
	}
	c.sizes.of, c.sizes.at = of, time.Now()
	return of, rows.Err()
}
