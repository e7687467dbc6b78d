package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/transport"
)

// How long an address may take to answer, and how far ahead of the next one it is:
// RFC 8305 (Happy Eyeballs), for a line with round trips of seconds.
const (
	answerWithin = 15 * time.Second
	headStart    = 500 * time.Millisecond
)

// exchange syncs at the first address where the county answers and tells which that was.
// Another server behind an old address does not end the search. Of several failures the
// one that says most is returned.
func (s *Sync) exchange(ctx context.Context, r *replica.Replica, pin []byte, addresses []string) (result transport.Result, at string, err error) {
	err = fmt.Errorf("%w: no address is known", transport.ErrUnreachable)
	for _, address := range reachable(ctx, addresses) {
		client := transport.NewClient(r, transport.Peer{URL: address, Pin: pin}, transport.ClientOptions{Version: s.a.told(), Log: s.a.opts.Log})
		got, failure := client.Sync(ctx, func(p transport.Progress) {
			s.report(&SyncProgress{SentBytes: p.SentBytes, TotalBytes: p.TotalBytes, ReceivedBytes: p.ReceivedBytes})
		})
		client.Close()
		if failure == nil || got.Requests > 0 || !elsewhere(failure) { // whoever took a request is the county
			return got, address, failure
		}
		if errors.Is(err, transport.ErrUnreachable) {
			result, err = got, failure
		}
	}
	return result, "", err
}

// elsewhere tells whether the county may still answer at another address.
func elsewhere(err error) bool {
	return slices.ContainsFunc([]error{transport.ErrUnreachable, transport.ErrPin, transport.ErrPortal, transport.ErrRealm}, func(is error) bool { return errors.Is(err, is) })
}

// reachable puts the address that answers first in front. When none does, only the first
// is left: it is tried with the patience that a bad line needs.
func reachable(ctx context.Context, addresses []string) []string {
	if len(addresses) < 2 || proxied(addresses) {
		return addresses
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	type answer struct {
		at  int
		err error
	}
	heard := make(chan answer)
	begun, ended := 0, 0
	defer func() {
		cancel()
		for ; ended < begun; ended++ {
			<-heard
		}
	}()
	next := time.NewTimer(0)
	defer next.Stop()
	for ended < len(addresses) {
		select {
		case <-next.C:
			if begun < len(addresses) {
				go func(at int) {
					c, err := dial(ctx, addresses[at])
					if err == nil {
						c.Close()
					}
					heard <- answer{at, err}
				}(begun)
				begun++
				next.Reset(headStart)
			}
		case a := <-heard:
			ended++
			if a.err == nil {
				return joined(addresses[a.at:a.at+1], addresses)
			}
			next.Reset(0)
		case <-ctx.Done():
			return addresses[:1]
		}
	}
	return addresses[:1]
}

// proxied tells whether connections go through a proxy, which answers for everybody.
func proxied(addresses []string) bool {
	return slices.ContainsFunc(addresses, func(address string) bool {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			return false
		}
		proxy, err := http.ProxyFromEnvironment(request)
		return proxy != nil || err != nil
	})
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", u.Host)
}

// answers looks who answers at an address: nil when it is the county's server,
// transport.ErrPin when it is another. Plain HTTP, on loopback alone, has no key to look at.
func answers(ctx context.Context, address string, pin []byte) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	c, err := dial(ctx, address)
	if err != nil {
		return fmt.Errorf("look who answers: %w", err)
	}
	defer c.Close()
	if pin == nil {
		return nil
	}
	if err := tls.Client(c, transport.PinnedTLS(pin)).HandshakeContext(ctx); err != nil {
		return fmt.Errorf("look who answers: %w", err)
	}
	return nil
}
