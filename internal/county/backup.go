package county

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fieldkit/sync/replica"
)

const (
	backupsDir   = "backups" // in the data directory, unless Options.Backups says another
	keepBackups  = 7
	backupEvery  = 24 * time.Hour
	firstBackup  = 10 * time.Minute // after a start: kits that wait come first
	backupFormat = "20060102T150405Z"
	// keepChangesets is how long changesets stay as they came: a kit that is away for
	// longer begins again with a snapshot.
	keepChangesets = 60 * 24 * time.Hour
)

// Backup makes the county's snapshots, copies everything that a county needs to a
// directory of its own, checks the copy, and then puts old changesets away. A copy that
// is there is whole: it is a data directory for `county serve`. The newest seven stay.
// It returns where the copy is; with an error beside it, the copy is whole nevertheless.
func (c *County) Backup(ctx context.Context) (string, error) {
	dir, err := c.backUp(ctx)
	switch {
	case dir != "":
		c.backupFailed.Store(0)
	case ctx.Err() == nil: // a server that stops has not failed
		c.backupFailed.Store(c.options.now().UnixMilli())
	}
	return dir, err
}

func (c *County) backUp(ctx context.Context) (string, error) {
	parent := c.backups()
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	if err := c.replica.Snapshot(ctx); err != nil { // new laptops begin with changesets then; a backup there must be
		c.log.Error("make a snapshot", "err", err)
	}
	dir := filepath.Join(parent, c.options.now().UTC().Format(backupFormat))
	making := dir + ".making"
	if err := os.RemoveAll(making); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	if err := c.copyOwn(ctx, making); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	// The replica last: with it, all of the copy counts as backed up.
	if err := c.replica.Backup(ctx, making); err != nil {
		return "", err
	}
	if err := os.Rename(making, dir); err != nil {
		return "", fmt.Errorf("back up: %w", err)
	}
	if err := dropOldBackups(parent); err != nil {
		return dir, fmt.Errorf("drop old backups: %w", err)
	}
	n, err := c.replica.Compact(ctx, replica.Retention{Before: c.options.now().Add(-keepChangesets)})
	if err != nil {
		return dir, err
	}
	return dir, c.store.record(ctx, entry{Actor: "county", Action: "backed_up", Detail: fmt.Sprintf("%s, %d changesets put away", filepath.Base(dir), n)})
}

func (c *County) backups() string {
	if c.options.Backups != "" {
		return c.options.Backups
	}
	return filepath.Join(c.dir, backupsDir)
}

// copyOwn copies what is this server's alone.
func (c *County) copyOwn(ctx context.Context, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	if _, err := c.store.db.ExecContext(ctx, `VACUUM INTO ?`, filepath.Join(to, "county.db")); err != nil {
		return err
	}
	for _, name := range []string{keyFile, certFile} {
		b, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			return err
		}
		if err := replica.WriteDurably(filepath.Join(to, name), b); err != nil {
			return err
		}
	}
	return nil
}

// dropOldBackups keeps the newest copies, and removes what was not finished.
func dropOldBackups(parent string) error {
	list, err := backupsIn(parent)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range list[:max(0, len(list)-keepBackups)] {
		errs = append(errs, os.RemoveAll(filepath.Join(parent, name)))
	}
	return errors.Join(errs...)
}

// backupsIn lists finished copies, oldest first.
func backupsIn(parent string) ([]string, error) {
	entries, err := os.ReadDir(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if _, err := time.Parse(backupFormat, e.Name()); err == nil && e.IsDir() {
			out = append(out, e.Name())
		} else if strings.HasSuffix(e.Name(), ".making") {
			_ = os.RemoveAll(filepath.Join(parent, e.Name())) // a copy that was cut short
		}
	}
	slices.Sort(out)
	return out, err
}

// BackupState tells how the backups stand. Times are Unix milliseconds, 0 for none.
type BackupState struct {
	At     int64 `json:"at"`     // of the newest whole copy
	Failed int64 `json:"failed"` // of the last try, when it failed
	Alarm  bool  `json:"alarm"`  // somebody has to look: the last try failed, or there is no copy of these two days
}

// backupAge is how old the newest copy may be before somebody has to look.
const backupAge = 48 * time.Hour

// backupState looks at the copies that are there, which may be fewer than were made.
func (c *County) backupState(ctx context.Context) (BackupState, error) {
	now := c.options.now()
	s := BackupState{Failed: c.backupFailed.Load()}
	entries, err := os.ReadDir(c.backups())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.Failed, s.Alarm = now.UnixMilli(), true // the disk of the copies does not answer
		return s, nil
	}
	for _, e := range entries { // in the order of their names, which is that of their times
		made, err := time.Parse(backupFormat, e.Name())
		if err == nil && e.IsDir() && !made.After(now.Add(time.Minute)) { // one made under a clock that ran ahead says nothing
			s.At = made.UnixMilli()
		}
	}
	since := s.At
	if since == 0 { // a county of today has none yet
		if since, err = c.store.madeAt(ctx); err != nil {
			return s, err
		}
	}
	s.Alarm = s.Failed != 0 || now.Sub(time.UnixMilli(since)) > backupAge
	return s, nil
}

// madeAt is when the county was made.
func (s *store) madeAt(ctx context.Context) (at int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT coalesce(min(at), 0) FROM (SELECT at FROM audit ORDER BY seq LIMIT 1)`).Scan(&at)
	if err != nil {
		return 0, fmt.Errorf("read when the county was made: %w", err)
	}
	return at, nil
}

// untilBackup is how long the next backup has time; one made under a clock that ran ahead
// is none.
func untilBackup(last, now time.Time) time.Duration {
	if age := now.Sub(last); age >= 0 && age < backupEvery {
		return backupEvery - age
	}
	return 0
}

// backupDue backs up once a day until ctx ends.
func (c *County) backupDue(ctx context.Context) {
	for wait := firstBackup; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, time.Minute)):
		}
		wait = backupEvery
		last, err := c.replica.LastBackup(ctx)
		if err == nil {
			if wait = untilBackup(last, c.options.now()); wait == 0 {
				wait = backupEvery
				if _, err = c.Backup(ctx); err != nil {
					wait = time.Hour
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			c.log.Error("back up", "err", err)
		}
	}
}
