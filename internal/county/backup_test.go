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
