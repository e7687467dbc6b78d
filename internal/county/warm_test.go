package county

import "testing"

// What takes longer to count than a page waits is shown as it was, marked so, or as a
// share of what is counted; when it is here, the page is told, and then shows all.
func TestPagesDoNotWaitForLongCounts(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	s := o.story(t)
	street := s.activity("street", "done", "2025-06-07 09:00", "CGPCS")
	s.ask(street, "2025-06-07 10:00", "F01")
	<-o.warmth.ready
	year := OverviewQuery{From: "2025-01-01", To: "2025-12-31"}
	consultations := func(q OverviewQuery) (n int64, page Overview) {
		t.Helper()
		if err := o.call(t, "Overview", &page, q); err != nil {
			t.Fatal(err)
		}
		for _, card := range page.Cards {
			if card.Key == "M08" {
				n = card.Value
			}
		}
		return n, page
	}
	if n, page := consultations(year); n != 1 || page.Behind || page.Counting != 0 {
		t.Fatal(n, page.Behind, page.Counting)
	}
	heard := o.listen(t)
	o.warmth.small, o.warmth.moment = 0, -1
	o.counts.work.Lock() // as when a kit's months are being counted in
	s.ask(street, "2025-06-07 11:00", "F04")
	if n, page := consultations(year); n != 1 || !page.Behind || page.Counting != 0 {
		t.Error("what came in is waited for, or not told of:", n, page.Behind, page.Counting)
	}
	var records FigurePage
	if err := o.call(t, "FigureRecords", &records, FigureQuery{Code: "M08c", From: "2025-01-01", To: "2025-12-31"}); err != nil || records.Value != 1 {
		t.Error("a drill-down waits:", err, records.Value)
	}
	if _, page := consultations(OverviewQuery{From: "2015-01-01", To: "2015-12-31"}); page.Counting < 1 || len(page.Cards) != 0 {
		t.Error("a year that nobody has counted:", page.Counting, page.Cards)
	}
	o.counts.work.Unlock()
	hear(t, heard, "activity") // of the count, or of the record: then the page asks until it is whole
	for tries := 0; ; tries++ {
		if n, page := consultations(year); n == 2 {
			break
		} else if !page.Behind || tries > 1000 {
			t.Fatal("the page does not come to show all:", n, page.Behind)
		}
	}
}
