package app

import (
	"context"
	"errors"
	"slices"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/transport"
)

// How many addresses of the county's server a kit remembers, and takes from the county:
// fewer, so that what it is told never puts away all that worked before.
const (
	addressesKept = 8
	addressesTold = 4
)

// ServerAddress is one address at which the kit looks for the county's server.
type ServerAddress struct {
	URL     string `json:"url"`
	Told    bool   `json:"told"`    // the county itself says so
	Current bool   `json:"current"` // the one that worked last; looked at first
}

// joined is addresses without repetition, the first lists first, as many as are kept.
func joined(lists ...[]string) []string {
	var out []string
	for _, list := range lists {
		for _, address := range list {
			if len(out) < addressesKept && !slices.Contains(out, address) {
				out = append(out, address)
			}
		}
	}
	return out
}

// told are the addresses that the county told, as far as this kit can use them.
func told(ctx context.Context, m *membership, r *replica.Replica) ([]string, error) {
	list, err := model.ServerAddresses(ctx, r)
	list = slices.DeleteFunc(list, func(address string) bool { return enrolment.CheckAddress(address, m.Pin != nil) != nil })
	return list[:min(addressesTold, len(list))], err
}

// addresses are all that are known, the one that worked last first, then what the
// county told, then the others.
func (a *App) addresses(ctx context.Context, m *membership, r *replica.Replica) ([]string, error) {
	list, err := told(ctx, m, r)
	return joined(m.Addresses[:min(1, len(m.Addresses))], list, m.Addresses), err
}

// worked remembers, after an exchange, where the county was met and what it told.
func (a *App) worked(ctx context.Context, r *replica.Replica, address string) error {
	return a.alter(r, func(m *membership) error {
		list, err := told(ctx, m, r)
		m.Addresses = joined([]string{address}, list, m.Addresses)
		return err
	})
}

// Addresses lists where the kit looks for the county's server, in the order in which it does.
func (s *Sync) Addresses() ([]ServerAddress, error) {
	m, r := s.a.current()
	if m == nil {
		return nil, errNotEnrolled
	}
	ctx := context.Background()
	list, err := s.a.addresses(ctx, m, r)
	if err != nil {
		return nil, err
	}
	fromCounty, err := told(ctx, m, r)
	if err != nil {
		return nil, err
	}
	out := []ServerAddress{}
	for i, address := range list {
		out = append(out, ServerAddress{URL: address, Told: slices.Contains(fromCounty, address), Current: i == 0})
	}
	return out, nil
}

// UseAddress takes a server's address as it was typed or told on the telephone, looks
// whether the county's server answers there, and syncs. Who answers with another key is
// refused. When nobody answers the code of the error is "offline" and nothing changes,
// unless anyway is set: then the address is kept beside the others, for when there is a network.
func (s *Sync) UseAddress(text string, anyway bool) (SyncStatus, error) {
	m, r := s.a.current()
	switch {
	case m == nil:
		return SyncStatus{}, errNotEnrolled
	case m.practice:
		return SyncStatus{}, errPracticeServer
	}
	address, err := enrolment.Address(text, m.Pin != nil)
	if err != nil {
		return SyncStatus{}, refuse("address", "地址写成“10.0.0.5”或“10.0.0.5:8443”这样。请核对后再试。", "Write the address like 10.0.0.5 or 10.0.0.5:8443; check it and try again.")
	}
	err = answers(s.life, address, m.Pin)
	if errors.Is(err, transport.ErrPin) {
		_, zh, en := sentence(err, SyncLogEntry{}, 0)
		return SyncStatus{}, &rpc.UserError{Code: "wrong_server", Field: "address", Message: zh, MessageEN: en}
	}
	if err != nil && !anyway {
		return SyncStatus{}, &rpc.UserError{Code: "offline", Field: "address", Message: "现在连不上 " + address + "，没有改动。请核对地址；没有网络就先记下。",
			MessageEN: address + " cannot be reached now; nothing was changed. Check it; without a network, keep it for later."}
	}
	reached := err == nil
	err = s.a.alter(r, func(m *membership) error {
		if reached {
			m.Addresses = joined([]string{address}, m.Addresses)
		} else {
			m.Addresses = joined(m.Addresses[:min(1, len(m.Addresses))], []string{address}, m.Addresses)
		}
		return nil
	})
	if err != nil {
		return SyncStatus{}, err
	}
	if reached {
		_, _ = s.run(s.life) // told in the status
	}
	return s.Status()
}

// DropAddress forgets an address. What the county told stays, and so does the last one.
func (s *Sync) DropAddress(address string) ([]ServerAddress, error) {
	m, r := s.a.current()
	switch {
	case m == nil:
		return nil, errNotEnrolled
	case m.practice:
		return nil, errPracticeServer
	}
	err := s.a.alter(r, func(m *membership) error {
		list := slices.DeleteFunc(slices.Clone(m.Addresses), func(a string) bool { return a == address })
		if len(list) == 0 {
			return missing("只剩这一个地址了，不能去掉。请先填新的地址。", "This is the only address left; give the new one first.")
		}
		m.Addresses = list
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.Addresses()
}

// errPracticeServer refuses what would change the laptop's own standing from practice.
var errPracticeServer = &rpc.UserError{Code: "practice", Message: "现在是练习模式，先结束练习。", MessageEN: "This is practice; end it first."}
