package replica_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// office admits the kit of a story.
type office struct {
	id  schema.ID
	key ed25519.PublicKey
}

func (o office) Device(_ context.Context, id schema.ID) (*transport.Device, error) {
	if id != o.id {
		return nil, nil
	}
	return &transport.Device{ID: id, PublicKey: o.key, Active: true, Entitled: func(string) bool { return true }}, nil
}

func (office) Seen(context.Context, schema.ID, transport.Report) {}

// line is a connection that ends after some bytes.
type line struct {
	net.Conn
	left atomic.Int64
}

func (l *line) Write(b []byte) (int, error) {
	if l.left.Add(-int64(len(b))) < 0 {
		l.Close()
		return 0, errors.New("the line was cut")
	}
	return l.Conn.Write(b)
}

// The power goes at the kit or the county in the middle of a real exchange over a
// line that is cut as well: what the kit was told to be at the county is there.
func TestPowerCutDuringSync(t *testing.T) {
	ctx := context.Background()
	replica.PlayPowerCuts(t, 5, func(seed uint64) func(county, kit *replica.Replica) error {
		rng := rand.New(rand.NewPCG(seed, 0x11e))
		var answering atomic.Pointer[transport.Server]
		var of *replica.Replica
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answering.Load().ServeHTTP(w, r) }))
		t.Cleanup(server.Close)
		return func(county, kit *replica.Replica) error {
			if of != county {
				of = county
				answering.Store(transport.NewServer(county, office{kit.ID(), kit.PublicKey()}, nil))
			}
			sync := func(bytes int64) error {
				client := transport.NewClient(kit, transport.Peer{URL: server.URL}, transport.ClientOptions{Retries: -1, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
					if err != nil {
						return nil, err
					}
					l := &line{Conn: conn}
					l.left.Store(bytes)
					return l, nil
				}})
				defer client.Close()
				_, err := client.Sync(ctx, nil)
				return err
			}
			if rng.IntN(3) == 0 { // a first try that is cut, of which nothing is expected but truth
				if err := sync(int64(600 + rng.IntN(4000))); err != nil && !errors.Is(err, transport.ErrUnreachable) && !errors.Is(err, transport.ErrBusy) {
					return err
				}
			}
			return sync(1 << 30)
		}
	})
}
