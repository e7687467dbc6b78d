package county

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestDashboardsHearOfSyncs: an open dashboard is told when a kit's records
// arrive, and its figures then hold them.
func TestDashboardsHearOfSyncs(t *testing.T) {
	o := openOffice(t)
	k := o.newKit(t)
	if err := k.join(t.Context(), o.code(t, "CGPCS"), ""); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.login(t)
	heard := o.listen(t)

	activity := schema.NewID(1)
	if err := k.Update(t.Context(), func(tx *replica.Tx) error {
		values := created(tx, k.ID())
		values["kind"], values["state"], values["lead_unit_id"], values["start_at"] = "street", "open", k.grant.Unit.ID, at("2025-12-31 09:00")
		return tx.Put("activity", activity, values)
	}); err != nil {
		t.Fatal(err)
	}
	if err := k.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	hear(t, heard, "activity")
	var v Overview
	if err := o.call(t, "Overview", &v, OverviewQuery{From: "2025-12-31", To: "2025-12-31"}); err != nil {
		t.Fatal(err)
	}
	if len(v.Units) != 1 || v.Units[0].Totals.Activities != 1 || v.Devices[0].Standing != "in" {
		t.Errorf("%+v", v)
	}
}

// listen opens the dashboard's stream of events.
func (o *office) listen(t *testing.T) <-chan string {
	t.Helper()
	response, err := o.browser.Get(o.secure + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s %s", response.Status, response.Header.Get("Content-Type"))
	}
	heard := make(chan string, 16)
	go func() {
		defer close(heard)
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				heard <- data
			}
		}
	}()
	return heard
}

// hear waits until the stream tells that rows of a table changed.
func hear(t *testing.T, heard <-chan string, table string) {
	t.Helper()
	for deadline := time.After(60 * time.Second); ; {
		select {
		case data, open := <-heard:
			if !open {
				t.Fatal("the stream ended")
			}
			if strings.Contains(data, `"`+table+`"`) {
				return
			}
		case <-deadline:
			t.Fatalf("the dashboard was not told of %s", table)
		}
	}
}
