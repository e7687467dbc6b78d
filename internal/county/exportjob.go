package county

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/report"
	"fieldkit/sync/schema"
)

// LedgerForm asks for a ledger as .xlsx.
type LedgerForm struct {
	Code     string   `json:"code"` // T1 … T12
	From     string   `json:"from"`
	To       string   `json:"to"`
	Units    []string `json:"units"`
	Personal bool     `json:"personal"` // names and telephone numbers in full
	Reason   string   `json:"reason"`   // why, when personal; it is logged
}

// LedgerInfo names a ledger.
type LedgerInfo struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// ExportJob is a ledger being written, or written.
type ExportJob struct {
	ID    string `json:"id"`
	Code  string `json:"code"`
	Name  string `json:"name"`  // of the file
	Rows  int64  `json:"rows"`  // written so far
	State string `json:"state"` // "running", "done", "failed", "cancelled"
	Error string `json:"error"` // a sentence, when failed
}

// keepMade is how long a finished file waits to be fetched.
const keepMade = 10 * time.Minute

// exports are the jobs of a county. Files lie in the county's directory, sealed as
// they may name people, until they are fetched, cancelled or too old.
type exports struct {
	mu      sync.Mutex
	jobs    map[string]*exportJob
	running sync.WaitGroup
	dir     string
	stop    context.CancelFunc
	ctx     context.Context
}

type exportJob struct {
	ExportJob
	owner  string // account
	file   string
	size   int64 // bytes of the workbook
	made   time.Time
	cancel context.CancelFunc
}

// openExports clears what a crash left behind.
func openExports(dir string) (*exports, error) {
	e := &exports{jobs: map[string]*exportJob{}, dir: filepath.Join(dir, "exports")}
	if err := os.RemoveAll(e.dir); err != nil {
		return nil, fmt.Errorf("clear old exports: %w", err)
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the exports' directory: %w", err)
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	return e, nil
}

func (e *exports) close() {
	e.stop()
	e.running.Wait()
	_ = os.RemoveAll(e.dir) // the next start tries again
}

// Ledgers lists the ledgers.
func (s *Service) Ledgers(ctx context.Context) ([]LedgerInfo, error) {
	list := []LedgerInfo{}
	if _, err := signedIn(ctx); err != nil {
		return list, err
	}
	for _, code := range report.LedgerCodes {
		list = append(list, LedgerInfo{Code: code, Name: report.LedgerName(code)})
	}
	return list, nil
}

// scope reads a form's dates and units.
func (c *County) scope(from, to string, units []string) (figures.Scope, error) {
	p, err := parsePeriod(from, to, units)
	return figures.Scope{From: from, To: to, Units: p.units}, err
}

// WriteLedger writes one for the server's own console.
func (c *County) WriteLedger(ctx context.Context, code, from, to string, units []schema.ID, w io.Writer) error {
	err := report.WriteLedger(ctx, c.replica, code, report.LedgerOptions{Scope: figures.Scope{From: from, To: to, Units: units}}, w)
	if err != nil {
		return asReportError(err)
	}
	return nil
}

// CountedLedger is WriteLedger that tells how many rows it wrote.
func (c *County) CountedLedger(ctx context.Context, code, from, to string, w io.Writer) (rows int64, err error) {
	o := report.LedgerOptions{Scope: figures.Scope{From: from, To: to}, Progress: func(n int64) { rows = n }}
	err = report.WriteLedger(ctx, c.replica, code, o, w)
	return rows, err
}

// StartLedger begins to write a ledger. Its progress is told as events "export"
// and by Exports; the file is at /export/made/{id} once it is done.
func (s *Service) StartLedger(ctx context.Context, f LedgerForm) (ExportJob, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return ExportJob{}, err
	}
	if report.LedgerName(f.Code) == "" {
		return ExportJob{}, userError("ledger", "code", "没有这种台账。", "There is no such ledger.")
	}
	f.Units = v.within(f.Units)
	scope, err := s.c.scope(f.From, f.To, f.Units)
	if err != nil {
		return ExportJob{}, err
	}
	f.Reason = strings.TrimSpace(f.Reason)
	if f.Personal {
		if _, err := administrator(ctx); err != nil {
			return ExportJob{}, err
		}
		if f.Reason == "" || len([]rune(f.Reason)) > 100 {
			return ExportJob{}, userError("reason", "reason", "导出含个人信息的台账要写明用途，100 字以内。", "Say in up to 100 characters what the personal data is for.")
		}
		if !v.account.Proved {
			return ExportJob{}, errFactorFirst
		}
	} else {
		f.Reason = ""
	}
	name := report.LedgerFile(f.Code, f.From, f.To)
	if err := s.c.exported(ctx, v, name, f.Personal, f.Reason); err != nil {
		return ExportJob{}, err
	}
	return s.c.exports.start(s.c, v.account.Name, f, name, scope)
}

func (e *exports) start(c *County, owner string, f LedgerForm, name string, scope figures.Scope) (ExportJob, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	busy := 0
	for id, j := range e.jobs {
		if j.State == "running" {
			busy++
		} else if time.Since(j.made) > keepMade {
			_ = os.Remove(j.file) // close clears what stays
			delete(e.jobs, id)
		}
	}
	if busy >= 3 {
		return ExportJob{}, userError("busy", "", "正在导出的台账太多，请等一份完成后再试。", "Too many ledgers are being written; try again when one is done.")
	}
	ctx, cancel := context.WithCancel(e.ctx)
	j := &exportJob{ExportJob: ExportJob{ID: schema.NewID(c.store.now()).String(), Code: f.Code, Name: name, State: "running"}, owner: owner, cancel: cancel, made: time.Now()}
	j.file = filepath.Join(e.dir, j.ID+".sealed")
	e.jobs[j.ID] = j
	e.running.Go(func() {
		defer cancel()
		err := e.write(ctx, c, j, report.LedgerOptions{Scope: scope, Personal: f.Personal, Progress: func(rows int64) {
			e.mu.Lock()
			j.Rows = rows
			told := j.ExportJob
			e.mu.Unlock()
			c.events.Publish("export", told)
		}})
		e.mu.Lock()
		j.made = time.Now()
		switch {
		case err == nil:
			j.State = "done"
		case ctx.Err() != nil:
			j.State = "cancelled"
		default:
			j.State, j.Error = "failed", "导出失败，记录都在，请稍后再试。"
			if user, ok := asUserError(asReportError(err)); ok {
				j.Error = user
			} else {
				c.log.Error("export", "what", j.Code, "err", err)
			}
		}
		if err != nil {
			_ = os.Remove(j.file) // close clears what stays
		}
		told := j.ExportJob
		e.mu.Unlock()
		c.events.Publish("export", told)
	})
	return j.ExportJob, nil
}

func (e *exports) write(ctx context.Context, c *County, j *exportJob, o report.LedgerOptions) error {
	f, err := os.OpenFile(j.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sealed := &sealedWriter{replica: c.replica, to: f, name: j.ID}
	err = report.WriteLedger(ctx, c.replica, j.Code, o, sealed)
	if err == nil {
		err = sealed.end()
	}
	e.mu.Lock()
	j.size = sealed.size
	e.mu.Unlock()
	return errors.Join(err, f.Close())
}

// Exports lists the caller's ledgers that are being written or wait to be fetched.
func (s *Service) Exports(ctx context.Context) ([]ExportJob, error) {
	list := []ExportJob{}
	v, err := signedIn(ctx)
	if err != nil {
		return list, err
	}
	e := s.c.exports
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, j := range e.jobs {
		if j.owner == v.account.Name && j.State != "cancelled" {
			list = append(list, j.ExportJob)
		}
	}
	slices.SortFunc(list, func(a, b ExportJob) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// CancelExport ends one, or throws its file away.
func (s *Service) CancelExport(ctx context.Context, id string) error {
	v, err := signedIn(ctx)
	if err != nil {
		return err
	}
	e := s.c.exports
	e.mu.Lock()
	defer e.mu.Unlock()
	j := e.jobs[id]
	if j == nil || j.owner != v.account.Name {
		return nil // gone already
	}
	j.cancel()
	if j.State != "running" {
		_ = os.Remove(j.file) // close clears what stays
		delete(e.jobs, id)
	}
	return nil
}

// madeFile answers GET /export/made/{job} with a finished ledger, to who asked for it.
func (c *County) madeFile(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	if v == nil || v.account == nil {
		http.NotFound(w, r)
		return
	}
	c.exports.mu.Lock()
	j := c.exports.jobs[r.PathValue("job")]
	ready := j != nil && j.owner == v.account.Name && j.State == "done"
	size := int64(0)
	if ready {
		size = j.size
	}
	c.exports.mu.Unlock()
	if !ready {
		http.Error(w, "这份导出已经不在了，请重新导出。", http.StatusNotFound)
		return
	}
	f, err := os.Open(j.file)
	if err != nil {
		c.refuse(w, "ledger", err)
		return
	}
	defer f.Close()
	attachment(w, xlsxType, j.Code+".xlsx", j.Name)
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	err = unseal(c.replica, f, j.ID, w)
	var gone *goneError
	if errors.As(err, &gone) {
		c.log.Debug("export: the browser went away", "err", err)
	} else if err != nil {
		c.log.Error("export", "what", j.Code, "err", err)
		panic(http.ErrAbortHandler) // a file cut short must not look whole
	}
}
