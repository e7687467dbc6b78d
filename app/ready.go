package app

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"
	"time"

	"fieldkit/sync/replica"
)

// Ready proves, before the laptop leaves the office, that it will do without a network.
type Ready struct{ a *App }

// ReadyLine is one thing that was tried.
type ReadyLine struct {
	Name  string `json:"name"`  // disk, write, clock, key, received, unsent, venues, people, plan, search, records
	State string `json:"state"` // ok, warn: it will do but look, act: do something first, calm: it does not matter in practice
	Value int64  `json:"value"` // bytes, ms or a count, by the name
	At    int64  `json:"at"`    // ms, where a time says more
	Text  string `json:"text"`  // a name, where there is one
}

// ReadyReport is the whole check.
type ReadyReport struct {
	At    int64       `json:"at"` // ms
	Lines []ReadyLine `json:"lines"`
	State string      `json:"state"` // the worst of the lines
}

// What the check asks for.
const (
	diskAct      = 200 << 20 // bytes; below, a busy day may not fit
	diskWarn     = 1 << 30
	clockAct     = 10 * time.Minute
	clockWarn    = 2 * time.Minute
	receivedWarn = 3 * 24 * time.Hour
	receivedAct  = 14 * 24 * time.Hour
	slowWrite    = 100 * time.Millisecond
	slowSearch   = time.Second
)

// countyLines are told by meeting the county.
var countyLines = []string{"clock", "received", "unsent"}

// Check tries everything now.
func (y *Ready) Check() (ReadyReport, error) {
	m, r := y.a.current()
	if m == nil {
		return ReadyReport{}, errNotEnrolled
	}
	out := ReadyReport{At: r.Wall().UnixMilli(), Lines: []ReadyLine{}, State: "ok"}
	for _, probe := range []func(context.Context, *replica.Replica) (ReadyLine, error){y.disk, y.write, y.clock, y.key, y.received, y.unsent, y.venues, y.people, y.plan, y.search} {
		line, err := probe(context.Background(), r)
		if err != nil {
			return out, fmt.Errorf("check before leaving: %w", err)
		}
		if m.practice && slices.Contains(countyLines, line.Name) {
			line.State = "calm" // practice never meets the county: nothing is to be done about it
		}
		if line.State == "act" || line.State == "warn" && out.State == "ok" {
			out.State = line.State
		}
		out.Lines = append(out.Lines, line)
	}
	return out, nil
}

func grade(act, warn bool) string {
	switch {
	case act:
		return "act"
	case warn:
		return "warn"
	}
	return "ok"
}

func (y *Ready) disk(context.Context, *replica.Replica) (ReadyLine, error) {
	free, err := freeSpace(y.a.opts.Dir)
	return ReadyLine{Name: "disk", Value: free, State: grade(free < diskAct, free < diskWarn)}, err
}

// write makes one durable write, as a tap does.
func (y *Ready) write(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	begun := time.Now()
	err := r.PutLocal(ctx, "ready/probe", fmt.Appendf(nil, "%d", begun.UnixMilli()))
	took := time.Since(begun)
	return ReadyLine{Name: "write", Value: took.Milliseconds(), State: grade(err != nil, took > slowWrite)}, err
}

func (y *Ready) clock(context.Context, *replica.Replica) (ReadyLine, error) {
	st, err := y.a.sync.Status()
	off := time.Duration(st.ClockOffset) * time.Millisecond
	line := ReadyLine{Name: "clock", Value: st.ClockOffset, State: grade(off.Abs() > clockAct, off.Abs() > clockWarn)}
	if st.Last == nil {
		line.State = "warn" // not compared since the program began
	}
	return line, err
}

// key reads what lies sealed on the disk, signs with this laptop's key, and looks
// whether the county refused it when they last met.
func (y *Ready) key(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	line := ReadyLine{Name: "key", State: "ok", Text: y.label()}
	probe, err := r.GetLocal(ctx, "ready/probe")
	if err != nil || !ed25519.Verify(r.PublicKey(), probe, r.Sign(probe)) {
		line.State = "act" // that it cannot be read is the finding, not a failure of the check
		return line, nil
	}
	log, err := y.a.sync.Log()
	if len(log) > 0 && log[0].Code == "refused" {
		line.State = "act"
	}
	return line, err
}

func (y *Ready) label() string {
	m, _ := y.a.current()
	return m.Label
}

// received is how old the county's registers are here: the age of the last good exchange.
func (y *Ready) received(context.Context, *replica.Replica) (ReadyLine, error) {
	log, err := y.a.sync.Log()
	line := ReadyLine{Name: "received", State: "act"}
	for _, e := range log {
		if e.OK && e.At > line.At {
			line.At = e.At
		}
	}
	if line.At > 0 {
		age := time.Duration(y.a.opts.Wall().UnixMilli()-line.At) * time.Millisecond
		line.State = grade(age > receivedAct, age > receivedWarn)
	}
	return line, err
}

func (y *Ready) unsent(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	st, err := r.Status(ctx)
	return ReadyLine{Name: "unsent", Value: int64(st.Waiting), At: millis(st.OldestWaiting), State: grade(false, st.Waiting > 0)}, err
}

func (y *Ready) venues(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	n, newest, err := y.register(ctx, r, "venue")
	return ReadyLine{Name: "venues", Value: n, At: newest, State: grade(false, n == 0)}, err
}

func (y *Ready) people(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	n, newest, err := y.register(ctx, r, "officer")
	return ReadyLine{Name: "people", Value: n, At: newest, State: grade(n == 0, false)}, err
}

func (y *Ready) register(ctx context.Context, r *replica.Replica, table string) (n, newest int64, err error) {
	err = r.Each(ctx, table, "", nil, func(row *replica.Row) error {
		if live(row) {
			n, newest = n+1, max(newest, millis(row.UpdatedAt()))
		}
		return nil
	})
	return n, newest, err
}

func (y *Ready) plan(context.Context, *replica.Replica) (ReadyLine, error) {
	items, err := NewPlans(y.a.session).Due(7)
	line := ReadyLine{Name: "plan", Value: int64(len(items)), State: "ok"}
	if len(items) > 0 {
		line.Text = items[0].Title
	}
	for _, i := range items {
		if i.Overdue {
			line.State = "warn"
		}
	}
	return line, err
}

// search looks for a venue by initials, as the officer will.
func (y *Ready) search(ctx context.Context, r *replica.Replica) (ReadyLine, error) {
	rows, err := r.Select(ctx, "venue", "WHERE merged_into IS NULL AND initials <> '' ORDER BY id LIMIT 1")
	if err != nil || len(rows) == 0 {
		return ReadyLine{Name: "search", State: "ok"}, err
	}
	name, initials := rows[0].Text("name"), firstInitials(rows[0].Text("initials"))
	begun := time.Now()
	found, err := NewVenues(y.a.session).List(VenueQuery{Text: initials, Limit: 2000})
	if err != nil {
		return ReadyLine{}, err
	}
	if _, err := NewConsultations(y.a.session).List(ConsultationQuery{Text: initials, Limit: 1}); err != nil {
		return ReadyLine{}, err
	}
	took := time.Since(begun)
	hit := false
	for _, v := range found {
		hit = hit || v.Name == name
	}
	return ReadyLine{Name: "search", Value: took.Milliseconds(), Text: initials + " → " + name, State: grade(!hit, took > slowSearch)}, nil
}

// firstInitials are two letters that spell the beginning of a name.
func firstInitials(initials string) string {
	out := ""
	for i, letters := range strings.Split(initials, "|") {
		if i < 2 && letters != "" {
			out += letters[:1]
		}
	}
	return out
}

// Records reads every record and compares it with its checksum. It takes longer than all
// else, so the screen asks for it by itself.
func (y *Ready) Records() (ReadyLine, error) {
	m, r := y.a.current()
	if m == nil {
		return ReadyLine{}, errNotEnrolled
	}
	f, err := y.a.sync.checkRows(context.Background(), r)
	return ReadyLine{Name: "records", Value: int64(f.Damaged), At: f.At, State: grade(f.Damaged > 0, false)}, err
}

// Prepare exchanges with the county now and checks again.
func (y *Ready) Prepare() (ReadyReport, error) {
	_, _ = y.a.sync.Now() // what came of it stands in the lines
	return y.Check()
}
