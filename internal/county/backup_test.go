package county

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// A backup is a county that opens: with the rows, the accounts and the identity.
func TestBackupOpensAsACounty(t *testing.T) {
	o := openOffice(t)
	k := o.joined(t, "CGPCS", "D2", 0)
	id := model.VenueID(o.realm, "V01", "城关镇", "极速网吧")
	k.put(t, "venue", id, schema.Values{"kind": "V01", "town": "城关镇", "name": "极速网吧"})
	k.step(t)
	dir, err := o.Backup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if last, err := o.replica.LastBackup(t.Context()); err != nil || last.IsZero() {
		t.Errorf("the backup is not noted: %s, %v", last, err)
	}
	copied, err := Open(t.Context(), dir, Options{Wall: o.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	row, err := copied.replica.Get(t.Context(), "venue", id)
	if err != nil || row == nil || row.Text("name") != "极速网吧" {
		t.Fatalf("the copy has %v, %v", row, err)
	}
	if copied.replica.Epoch() == o.replica.Epoch() {
		t.Error("a county that was restored goes on in the same epoch")
	}
}

func TestOldBackupsGo(t *testing.T) {
	parent := t.TempDir()
	start := time.Date(2025, 3, 1, 3, 0, 0, 0, time.UTC)
	for i := range keepBackups + 3 {
		if err := os.Mkdir(filepath.Join(parent, start.AddDate(0, 0, i).Format(backupFormat)), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []string{"20250301T030000Z.making", "mine"} {
		if err := os.Mkdir(filepath.Join(parent, other), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := dropOldBackups(parent); err != nil {
		t.Fatal(err)
	}
	list, err := backupsIn(parent)
	if err != nil || len(list) != keepBackups || list[0] != start.AddDate(0, 0, 3).Format(backupFormat) {
		t.Errorf("left: %v, %v", list, err)
	}
	if _, err := os.Stat(filepath.Join(parent, "mine")); err != nil {
		t.Error("another directory was removed")
	}
}

// The office is told how old the newest copy is, and has to look when it is older than two
// days or the last try failed.
func TestBackupState(t *testing.T) {
	o := openOffice(t)
	o.options.Backups = filepath.Join(t.TempDir(), "copies")
	state := func() BackupState {
		t.Helper()
		s, err := o.backupState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := state(); s != (BackupState{}) {
		t.Errorf("a county of today: %+v", s)
	}
	o.clock.advance(50 * time.Hour)
	if s := state(); !s.Alarm || s.At != 0 {
		t.Errorf("two days without a copy: %+v", s)
	}
	if _, err := o.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	made := state().At
	if s := state(); s != (BackupState{At: made}) || o.clock.now().Sub(time.UnixMilli(made)).Abs() > time.Minute {
		t.Errorf("after a backup: %+v", s)
	}
	o.clock.advance(49 * time.Hour)
	if s := state(); s != (BackupState{At: made, Alarm: true}) {
		t.Errorf("two days later: %+v", s)
	}
	good := o.options.Backups
	if _, err := o.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(good, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.options.Backups = filepath.Join(good, "file", "under") // no directory can be made there
	if _, err := o.Backup(t.Context()); err == nil {
		t.Fatal("a backup into a file")
	}
	o.options.Backups = good
	failed := state().Failed
	if s := state(); failed == 0 || !s.Alarm || s.At == 0 {
		t.Errorf("a backup that failed: %+v", s)
	}
	o.login(t)
	var page Overview
	if err := o.call(t, "Overview", &page, OverviewQuery{From: "2025-01-01", To: "2025-12-31"}); err != nil || page.Backup == nil || page.Backup.Failed != failed {
		t.Errorf("%+v, %v", page.Backup, err)
	}
	o.clock.advance(time.Second)
	if _, err := o.Backup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Failed != 0 || s.Alarm {
		t.Errorf("and one that did not: %+v", s)
	}
	// A copy from under a clock that ran ahead is not the newest, and does not stop the next.
	if err := os.Mkdir(filepath.Join(good, o.clock.now().UTC().AddDate(1, 0, 0).Format(backupFormat)), 0o700); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.At > o.clock.now().UnixMilli() {
		t.Errorf("a copy of next year: %+v", s)
	}
}

func TestUntilBackup(t *testing.T) {
	now := time.Date(2025, 3, 1, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct{ age, want time.Duration }{{0, backupEvery}, {time.Hour, 23 * time.Hour}, {backupEvery, 0}, {90 * backupEvery, 0}, {-time.Hour, 0}, {-300 * backupEvery, 0}} {
		if got := untilBackup(now.Add(-c.age), now); got != c.want {
			t.Errorf("a backup of age %s: the next in %s, want %s", c.age, got, c.want)
		}
	}
}
