package county

import (
	"context"
	"time"
)

// silentAfter is how long a kit may stay away before the office should
// telephone (domain.md, W15).
const silentAfter = 7 * 24 * time.Hour

// DeviceInfo is a computer as the dashboard lists it.
type DeviceInfo struct {
	ID         string `json:"id"`
	Label      string `json:"label"`
	Unit       string `json:"unit"`
	State      string `json:"state"` // active, lost, retired
	Standing   string `json:"standing"`
	EnrolledAt int64  `json:"enrolled_at"`
	LastSeen   int64  `json:"last_seen"` // Unix milliseconds; 0: never
	Waiting    int64  `json:"waiting"`   // records it still held at the last exchange
	ClockMs    int64  `json:"clock_ms"`  // how far its clock is ahead
	Version    string `json:"version"`
	Received   int64  `json:"received"` // changesets since enrolment
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
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	names, err := s.c.names(ctx)
	if err != nil {
		return nil, err
	}
	return s.c.deviceList(ctx, names)
}

func (c *County) deviceList(ctx context.Context, names *nameBook) ([]DeviceInfo, error) {
	devices, err := c.store.devices(ctx)
	if err != nil {
		return nil, err
	}
	list, now := []DeviceInfo{}, c.store.now()
	for _, d := range devices {
		list = append(list, DeviceInfo{
			ID: d.id.String(), Label: d.label, Unit: names.unit(d.unit), State: d.state, Standing: d.standing(now), EnrolledAt: d.enrolled,
			LastSeen: d.lastSeen.Int64, Waiting: d.waiting.Int64, ClockMs: d.offset.Int64, Version: d.version, Received: d.received,
		})
	}
	return list, nil
}
