package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// Sync brings records to the county and back, by itself whenever the county can
// be reached and at once when asked. It asks the county, never the operating
// system, whether there is a connection.
type Sync struct {
	a *App

	life   context.Context // ends when the kit closes: no exchange outlives it
	cancel context.CancelFunc
	done   chan struct{}

	running  sync.Mutex // one exchange at a time
	mu       sync.Mutex
	progress *SyncProgress
	last     *SyncLogEntry
	online   bool
	offset   time.Duration
}

// SyncProgress is how far a running exchange is.
type SyncProgress struct {
	SentBytes     int64 `json:"sent_bytes"`
	TotalBytes    int64 `json:"total_bytes"`
	ReceivedBytes int64 `json:"received_bytes"`
}

// SyncStatus is what the sync pill and the sync screen show.
type SyncStatus struct {
	Waiting      int           `json:"waiting"`       // records of which the county lacks something
	Oldest       int64         `json:"oldest"`        // ms, 0 when nothing waits
	LastReceived int64         `json:"last_received"` // ms, the county's last durable acknowledgement; 0 never
	Online       bool          `json:"online"`        // the last exchange reached the county
	Running      bool          `json:"running"`
	Progress     *SyncProgress `json:"progress"` // nil when not running
	Last         *SyncLogEntry `json:"last"`     // the last exchange, nil when never
	Held         int           `json:"held"`
	Address      string        `json:"address"`
	ClockOffset  int64         `json:"clock_offset"` // ms this laptop's clock is ahead of the county's
	Damaged      int           `json:"damaged"`      // records that changed on disk by themselves, at the last check
}

// SyncLogEntry is one exchange, in words.
type SyncLogEntry struct {
	At        int64  `json:"at"` // ms
	OK        bool   `json:"ok"`
	Code      string `json:"code"` // "" or why it failed
	Message   string `json:"message"`
	MessageEN string `json:"message_en"`
	Sent      int    `json:"sent"`     // records the county has now and had not before
	Received  int    `json:"received"` // changesets that came from the county
	Bytes     int64  `json:"bytes"`    // both ways
}

// SyncRecord is one record with how far it has got.
type SyncRecord struct {
	Table string    `json:"table"`
	ID    schema.ID `json:"id"`
	Title string    `json:"title"`
	State string    `json:"state"` // draft, stored, received
	At    int64     `json:"at"`    // ms
	Draft string    `json:"draft"` // of a draft: its key
}

// HeldRecord is something that was received but not merged.
type HeldRecord struct {
	Table  string    `json:"table"`
	ID     schema.ID `json:"id"`
	Device string    `json:"device"`
	// Reason is a sentence.
	Reason   string `json:"reason"`
	ReasonEN string `json:"reason_en"`
	At       int64  `json:"at"` // ms
}

const (
	syncLogKey  = "sync/log"
	syncLogKept = 100
	// Exchanges are tried this often while something waits, less often otherwise.
	eagerEvery = 30 * time.Second
	calmEvery  = 3 * time.Minute
)

// newSync prepares exchanges that end with ctx.
func newSync(ctx context.Context, a *App) *Sync {
	life, cancel := context.WithCancel(ctx)
	return &Sync{a: a, life: life, cancel: cancel, done: make(chan struct{})}
}

func (s *Sync) start() { go s.loop(s.life) }

// stop cancels a running exchange, whoever asked for it, and waits for its end.
func (s *Sync) stop() {
	s.cancel()
	<-s.done
	s.running.Lock()
	defer s.running.Unlock()
}

// loop looks for the county from time to time, with jitter, so that many kits
// coming back at once do not come in step.
func (s *Sync) loop(ctx context.Context) {
	defer close(s.done)
	failures := 0
	for {
		wait := calmEvery
		if st, err := s.Status(); err == nil && st.Waiting > 0 {
			wait = min(eagerEvery<<min(failures, 4), 10*time.Minute)
		}
		wait = wait/2 + rand.N(wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		m, r := s.a.current()
		if m == nil {
			continue
		}
		if err := s.upkeep(ctx, r, false); err != nil && ctx.Err() == nil {
			s.a.opts.Log.Error("check the records", "error", err)
		}
		if !s.a.opts.AutoSync {
			continue
		}
		if _, err := s.run(ctx); err != nil {
			failures++
		} else {
			failures = 0
		}
	}
}

// Now exchanges at once and returns when that is over; what went wrong is in
// the status, in words.
func (s *Sync) Now() (SyncStatus, error) {
	if m, _ := s.a.current(); m == nil {
		return SyncStatus{}, errNotEnrolled
	}
	_, _ = s.run(s.life) // told in the status
	return s.Status()
}

// run is one exchange, at whichever address the county answers.
func (s *Sync) run(ctx context.Context) (entry SyncLogEntry, err error) {
	s.running.Lock()
	defer s.running.Unlock()
	m, r := s.a.current()
	if m == nil {
		return entry, errNotEnrolled
	}
	if m.practice {
		entry = SyncLogEntry{At: s.a.opts.Wall().UnixMilli(), OK: true, Code: "practice", Message: "练习模式，不上报。", MessageEN: "Practice: nothing is sent."}
		s.mu.Lock()
		s.last = &entry
		s.mu.Unlock()
		s.publish()
		return entry, nil
	}
	before, err := r.Status(ctx)
	if err != nil {
		return entry, err
	}
	s.report(&SyncProgress{})
	addresses, err := s.a.addresses(ctx, m, r)
	if err != nil {
		s.report(nil)
		return entry, err
	}
	result, at, err := s.exchange(ctx, r, m.Pin, addresses)
	if err == nil {
		if keepErr := s.a.worked(ctx, r, at); keepErr != nil {
			s.a.opts.Log.Error("remember the server's address", "error", keepErr) // the next exchange does
		}
	}
	after, statusErr := r.Status(context.WithoutCancel(ctx))
	if statusErr != nil {
		s.report(nil)
		return entry, statusErr
	}
	entry = SyncLogEntry{At: s.a.opts.Wall().UnixMilli(), OK: err == nil, Sent: max(0, before.Waiting-after.Waiting), Received: result.Received, Bytes: result.SentBytes + result.ReceivedBytes}
	entry.Code, entry.Message, entry.MessageEN = sentence(err, entry, after.Waiting)
	if len(result.Refused) > 0 && err == nil {
		entry.Code = "refused_some"
		entry.Message = fmt.Sprintf("县里没有收下其中 %d 份，原样留在本机，其余都已收到。请告诉县办公室。", len(result.Refused))
		entry.MessageEN = fmt.Sprintf("The county did not take %d of them; they are kept here, all others arrived. Please tell the office.", len(result.Refused))
	}
	if result.Astray && err == nil {
		entry.Code = "astray"
		entry.Message = "这台电脑的数据和县里对不上，磁盘可能坏了。已送出的都在县里，请联系县办公室。"
		entry.MessageEN = "This computer's data differ from the county's; its disk may be failing. What was sent is safe there; call the county office."
		if err := s.upkeep(ctx, r, true); err != nil {
			s.a.opts.Log.Error("check the records", "error", err)
		}
	}
	var refused *transport.RefusedError
	if err == nil || errors.As(err, &refused) {
		if keepErr := keepRefusals(r, result.Refused, refused, entry.At); keepErr != nil {
			s.a.opts.Log.Error("remember refusals", "error", keepErr) // the next exchange tells them again
		}
	}
	if err == nil {
		if keepErr := keepWithheld(r, result.Withheld); keepErr != nil {
			s.a.opts.Log.Error("remember what is withheld", "error", keepErr) // so does it
		}
	}
	s.mu.Lock()
	s.progress, s.last, s.online = nil, &entry, err == nil
	if err == nil {
		s.offset = result.ClockOffset
	}
	s.mu.Unlock()
	if !errors.Is(err, context.Canceled) {
		if logErr := s.log(r, entry); logErr != nil {
			return entry, logErr
		}
	}
	s.publish()
	return entry, err
}

// sentence says what happened, that nothing was lost, and what to do.
func sentence(err error, e SyncLogEntry, waiting int) (code, zh, en string) {
	kept := fmt.Sprintf("%d 条都在本机，", waiting)
	keptEN := fmt.Sprintf("All %d records are safe here; ", waiting)
	if waiting == 0 {
		kept, keptEN = "本机没有待传的，", "Nothing waits here; "
	}
	var refused *transport.RefusedError
	switch {
	case err == nil && e.Sent > 0:
		return "", fmt.Sprintf("送出 %d 条，县级已收。", e.Sent), fmt.Sprintf("%d records sent and received by the county.", e.Sent)
	case err == nil:
		return "", "两边一致。", "Both sides agree."
	case errors.Is(err, transport.ErrPortal):
		return "portal", "这个网络要先登录：打开浏览器登录后再试。" + kept + "不会丢。", "This network wants a login first: log in with the browser, then try again. " + keptEN + "nothing is lost."
	case errors.Is(err, transport.ErrPin), errors.Is(err, transport.ErrRealm):
		return "wrong_server", "对方不是县里的服务器，没有发送任何内容。请换一个网络，或联系县办公室。", "Whoever answered is not the county's server; nothing was sent. Use another network or call the office."
	case errors.As(err, &refused):
		why, whyEN := deviceReason(refused.Reason)
		return "refused", why + kept + "不会丢。", strings.ToUpper(whyEN[:1]) + whyEN[1:] + " " + keptEN + "nothing is lost."
	case errors.Is(err, transport.ErrBusy):
		return "busy", "县服务器正忙，过一会儿会自动再传。" + kept + "不会丢。", "The county's server is busy; it will be tried again. " + keptEN + "nothing is lost."
	case errors.Is(err, transport.ErrUnreachable), errors.Is(err, context.Canceled):
		return "offline", "现在连不上县服务器，有网络时会自动再传。" + kept + "不会丢。", "The county's server cannot be reached now; it will be tried again. " + keptEN + "nothing is lost."
	case replica.DiskFull(err):
		return "disk_full", "磁盘满了，同步停下来了。请清理磁盘后再试。", "The disk is full and the sync has stopped; free some space and try again."
	case replica.ReadOnly(err):
		return "read_only", "磁盘现在只能读、不能写，同步停下来了。" + kept + "请检查磁盘，或联系县办公室。", "The disk can be read and not written, and the sync has stopped; " + keptEN + "check the disk or call the office."
	}
	return "protocol", "县服务器的回答看不懂，可能版本不同。" + kept + "不会丢，请联系县办公室。", "The county's answer is not understood, perhaps another version. " + keptEN + "call the office."
}

func (s *Sync) report(p *SyncProgress) {
	s.mu.Lock()
	s.progress = p
	s.mu.Unlock()
	s.publish()
}

func (s *Sync) publish() {
	if st, err := s.Status(); err == nil {
		s.a.Events.Publish("sync", st)
	}
}

func (s *Sync) log(r *replica.Replica, e SyncLogEntry) error {
	return r.Update(context.Background(), func(tx *replica.Tx) error {
		raw, err := tx.GetLocal(syncLogKey)
		if err != nil {
			return err
		}
		var list []SyncLogEntry
		_ = json.Unmarshal(raw, &list) // a damaged log starts anew
		if n := len(list); n > 0 && list[n-1].Code == e.Code && list[n-1].Sent+list[n-1].Received == 0 && e.Sent+e.Received == 0 {
			list[n-1] = e // the same again: only the time moves
		} else {
			list = append(list, e)
		}
		if raw, err = json.Marshal(list[max(0, len(list)-syncLogKept):]); err != nil {
			return err
		}
		return tx.PutLocal(syncLogKey, raw)
	})
}

// Status reads the state of sync.
func (s *Sync) Status() (SyncStatus, error) {
	var st SyncStatus
	m, r := s.a.current()
	if m == nil {
		return st, errNotEnrolled
	}
	status, err := r.Status(context.Background())
	if err != nil {
		return st, err
	}
	if m.practice {
		status = replica.Status{} // sample data waits for nobody
	}
	checked, err := lastCheck(context.Background(), r)
	if err != nil {
		return st, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st = SyncStatus{Waiting: status.Waiting, Oldest: millis(status.OldestWaiting), LastReceived: millis(status.LastAcknowledged), Online: s.online,
		Running: s.progress != nil, Progress: s.progress, Last: s.last, Held: status.Held, ClockOffset: s.offset.Milliseconds(), Damaged: checked.Damaged}
	if len(m.Addresses) > 0 {
		st.Address = m.Addresses[0]
	}
	return st, nil
}

// Log lists past exchanges, newest first.
func (s *Sync) Log() ([]SyncLogEntry, error) {
	m, r := s.a.current()
	if m == nil {
		return nil, errNotEnrolled
	}
	raw, err := r.GetLocal(context.Background(), syncLogKey)
	if err != nil {
		return nil, err
	}
	list := []SyncLogEntry{}
	_ = json.Unmarshal(raw, &list) // a damaged log reads as an empty one
	slices.Reverse(list)
	return list, nil
}

// Records lists this laptop's records with their states: "waiting" those the
// county lacks, oldest first; "received" the newest it has; "" both, waiting first.
func (s *Sync) Records(filter string) ([]SyncRecord, error) {
	m, r := s.a.current()
	if m == nil {
		return nil, errNotEnrolled
	}
	ctx := context.Background()
	out := []SyncRecord{}
	if filter != "received" {
		drafts, err := listDrafts(r)
		if err != nil {
			return nil, err
		}
		for _, d := range drafts {
			table := "consultation"
			if strings.HasPrefix(d.Key, "digest/") {
				table = "case_digest"
			}
			out = append(out, SyncRecord{Table: table, Draft: d.Key, State: "draft", At: d.At})
		}
		waiting, err := r.Waiting(ctx, 500)
		if err != nil {
			return nil, err
		}
		for _, p := range waiting {
			rec, err := s.record(r, p.Table, p.ID)
			if err != nil {
				return nil, err
			}
			rec.State, rec.At = "stored", millis(p.At)
			out = append(out, rec)
		}
	}
	if filter != "waiting" {
		for _, table := range []string{"consultation", "activity", "handout", "attendance", "venue"} {
			rows, err := r.Select(ctx, table, "WHERE device_id = ? ORDER BY created_at DESC LIMIT 50", r.ID())
			if err != nil {
				return nil, err
			}
			ids := make([]schema.ID, len(rows))
			for i, row := range rows {
				ids[i] = row.ID
			}
			states, err := r.Progress(ctx, table, ids)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				if p := states[id]; p.State == replica.StateReceived {
					rec, err := s.record(r, table, id)
					if err != nil {
						return nil, err
					}
					rec.State, rec.At = "received", millis(p.At)
					out = append(out, rec)
				}
			}
		}
	}
	return out, nil
}

func (s *Sync) record(r *replica.Replica, table string, id schema.ID) (SyncRecord, error) {
	rec := SyncRecord{Table: table, ID: id}
	row, err := r.Get(context.Background(), table, id)
	if err != nil || row == nil {
		return rec, err
	}
	d := s.a.session.directory(r)
	rec.Title = d.title(table, row)
	if table == "handout" || table == "issue" {
		if parent, err := r.Get(context.Background(), "activity", row.Ref("activity_id")); err != nil {
			return rec, err
		} else if parent != nil {
			rec.Title = d.title("activity", parent)
		}
	}
	return rec, nil
}

// HeldBack lists what was received but not merged.
func (s *Sync) HeldBack() ([]HeldRecord, error) {
	m, r := s.a.current()
	if m == nil {
		return nil, errNotEnrolled
	}
	held, err := r.HeldBack(context.Background())
	if err != nil {
		return nil, err
	}
	d := s.a.session.directory(r)
	out := []HeldRecord{}
	for _, h := range held {
		n, err := d.name("device", h.Stream.Origin.Replica)
		if err != nil {
			return nil, err
		}
		zh, en := heldReason(h.Reason)
		out = append(out, HeldRecord{Table: h.Table, ID: h.ID, Device: n.Name, Reason: zh, ReasonEN: en, At: millis(h.At)})
	}
	return out, nil
}

// told is what the kit says of itself with every exchange: its version and how many
// MiB its disk has left.
func (a *App) told() string {
	free, err := freeSpace(a.opts.Dir)
	if err != nil {
		return a.opts.Version
	}
	return fmt.Sprintf("%s free=%d", a.opts.Version, free>>20)
}
