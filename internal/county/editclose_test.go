package county

import (
	"testing"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// The office closes a consultation and opens it again; from the closing on runs the time
// after which it is redacted.
func TestTheOfficeClosesAConsultation(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	k := o.joined(t, "CGPCS", "D2", 0)
	id := schema.Derive(o.realm, "test", "one")
	at := o.clock.now().AddDate(0, 0, -200)
	k.put(t, "consultation", id, schema.Values{"occurred_at": at.UnixMilli(), "fraud_type": "F01", "stage": "G1", "age_band": "A4", "outcome": "K1", "source": "walk_in", "story": "经过"})
	k.step(t)
	day := func(at time.Time) string { return at.In(model.Location).Format(typedTime) }
	edit := func(values map[string]string) *rpc.UserError {
		return o.call(t, "EditRecord", nil, "consultation", id.String(), values)
	}
	for name, values := range map[string]map[string]string{
		"closed tomorrow":       {"closed_at": day(o.clock.now().AddDate(0, 0, 1))},
		"closed before":         {"closed_at": day(at.AddDate(0, 0, -1))},
		"paid and not paid yet": {"paid_at": day(at)},
		"paid days after":       {"stage": "G3", "paid_at": day(at.AddDate(0, 0, 3))},
	} {
		if err := edit(values); err == nil || values[err.Field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := edit(map[string]string{"stage": "G3", "paid_at": day(at.Add(-time.Hour)), "closed_at": day(at)}); err != nil {
		t.Fatal(err)
	}
	var form []EditField
	if err := o.call(t, "EditForm", &form, "consultation", id.String()); err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, f := range form {
		shown[f.Name] = f.Kind + " " + f.Value
	}
	if shown["closed_at"] != "time "+day(at) || shown["paid_at"] != "time "+day(at.Add(-time.Hour)) {
		t.Errorf("shown %q and %q", shown["closed_at"], shown["paid_at"])
	}
	if err := edit(map[string]string{"closed_at": ""}); err != nil {
		t.Fatal(err)
	}
	if n, err := o.Redact(t.Context()); err != nil || n != 0 {
		t.Fatalf("open since 200 days: %d redacted, %v", n, err)
	}
	if err := edit(map[string]string{"closed_at": day(at)}); err != nil {
		t.Fatal(err)
	}
	if n, err := o.Redact(t.Context()); err != nil || n != 1 {
		t.Fatalf("closed 200 days ago: %d redacted, %v", n, err)
	}
	k.step(t)
	if row, err := k.Get(t.Context(), "consultation", id); err != nil || !row.Null("story") {
		t.Errorf("the story is still on the kit: %v", err)
	}
}
