package app

import "testing"

// BenchmarkFirstSearch100k is the search right after the list was shown for a
// second: the index has been read in the background meanwhile.
func BenchmarkFirstSearch100k(b *testing.B) {
	l := full(b)
	for b.Loop() {
		b.StopTimer()
		l.crash()
		if _, err := l.consult.List(ConsultationQuery{}); err != nil {
			b.Fatal(err)
		}
		l.s.consultations.owned.Wait()
		b.StartTimer()
		if _, err := l.consult.List(ConsultationQuery{Text: "00099"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSave100k saves into a full kit whose list is open; no save waits for the index.
func BenchmarkSave100k(b *testing.B) {
	l := full(b)
	id := l.start("汽车站").Activity.ID
	l.crash()
	if _, err := l.consult.List(ConsultationQuery{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.consult.Save(form(id)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFindInRoster types initials at a meeting of 300 people from 150 cafés.
func BenchmarkFindInRoster(b *testing.B) {
	l := newLaptop(b, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	var rows []RosterRow
	for i := range 300 {
		rows = append(rows, RosterRow{Org: string(rune(0x4e00+i/2)) + "网吧", Name: "王" + string(rune(0x5e00+i)) + "国", CreateVenue: true})
	}
	_, err = l.meet.ImportRoster(m.Activity.ID, rows)
	l.must(err)
	for b.Loop() {
		if _, err := l.meet.Find(m.Activity.ID, "wg"); err != nil {
			b.Fatal(err)
		}
	}
}
