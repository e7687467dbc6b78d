package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"fieldkit/sync/schema"
)

// Who came instead of a person and what a person reached in the quiz are noted beside the
// sign-in, cleared again, kept in the history and printed.
func TestDeputiesAndScores(t *testing.T) {
	l := newLaptop(t, "D1")
	meeting := sure(l.meet.Create(MeetingForm{Kind: "training", Place: "营业部"})).Activity.ID
	sure(l.meet.ImportRoster(meeting, []RosterRow{{Org: "营业部", Name: "陈晓"}, {Org: "营业部", Name: "周敏"}}))
	who := func(name string) Attendee {
		t.Helper()
		for _, a := range sure(l.meet.Get(meeting)).Attendees {
			if a.Name == name {
				return a
			}
		}
		t.Fatal("not on the roster: " + name)
		return Attendee{}
	}
	absent, came := who("陈晓").ID, who("周敏").ID
	sure(l.meet.SetDeputy(absent, " 孙丽 "))
	if a := who("陈晓"); a.Absent != "sent_deputy" || a.Deputy != "孙丽" {
		t.Errorf("%s instead of her, %s", a.Deputy, a.Absent)
	}
	sure(l.meet.SignIn(came))
	if a := who("周敏"); a.Score != nil {
		t.Errorf("a score of %d that nobody noted", *a.Score)
	}
	for _, n := range []int64{0, 100, 86} {
		sure(l.meet.SetScore(came, ptr(n)))
		if a := who("周敏"); a.Score == nil || *a.Score != n {
			t.Errorf("not %d", n)
		}
	}
	before := l.state()
	for field, call := range map[string]func() (Meeting, error){
		"quiz_score": func() (Meeting, error) { return l.meet.SetScore(came, ptr(int64(101))) },
		"deputy_name": func() (Meeting, error) {
			return l.meet.SetDeputy(absent, "一二三四五六七八九十一二三四五六七八九十一")
		},
	} {
		if _, err := call(); refusedField(t, err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if l.state() != before {
		t.Error("a refusal changed something")
	}
	sheet := sure(NewExports(l.s).attendance(json.RawMessage(fmt.Sprintf(`{"id":%q}`, meeting))))
	column := func(name string) []any {
		at := slices.IndexFunc(sheet.Columns, func(c SheetColumn) bool { return c.Name == name })
		if at < 0 {
			t.Fatal("no column " + name)
		}
		var out []any
		for _, row := range sheet.Rows {
			out = append(out, row[at])
		}
		return out
	}
	if deputies := fmt.Sprint(column("代签人")); deputies == fmt.Sprint([]any{"", ""}) || slices.Contains(column("代签人"), any("孙丽")) {
		t.Errorf("deputies, which are masked: %v", deputies)
	}
	if scores := column("测验分"); !slices.Contains(scores, any(int64(86))) || !slices.Contains(scores, any("")) {
		t.Errorf("scores %v", scores)
	}
	// Another reason leaves no deputy; the history does.
	sure(l.meet.SetAbsent(absent, "leave"))
	if a := who("陈晓"); a.Absent != "leave" || a.Deputy != "" {
		t.Errorf("on leave, and %s came", a.Deputy)
	}
	sure(l.meet.SetScore(came, nil))
	if a := who("周敏"); a.Score != nil {
		t.Error("the score stays")
	}
	for id, want := range map[schema.ID]string{absent: "deputy_name 孙丽", came: "quiz_score 86"} {
		if !slices.ContainsFunc(sure(NewHistory(l.s).Of("attendance", id)), func(e HistoryEntry) bool { return e.Kind == "before" && e.Column+" "+e.Text == want }) {
			t.Errorf("the history does not know %s", want)
		}
	}
}
