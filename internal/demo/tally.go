package demo

// tally is what the county must come to: counted from what was meant to be
// recorded, never read back from a kit.
type tally struct {
	records       int
	leaflets      int64
	large         int64
	lectures      int64
	activities    int64
	meetings      int64
	attendance    int64
	consultations int64 // with quick advice
	byType        map[string]int64
	byUnit        map[string]int64 // leaflets by the name of the leading unit

	// What two laptops changed at once, by activity.
	titles    map[string]string
	heads     map[string]int64
	partners  map[string]int
	summaries map[string][]string // the words of both
	conflicts int64
}

func newTally() *tally {
	return &tally{byType: map[string]int64{}, byUnit: map[string]int64{},
		titles: map[string]string{}, heads: map[string]int64{}, partners: map[string]int{}, summaries: map[string][]string{}}
}

// The thresholds of a large street campaign.
const (
	largeLeaflets = 200
	largePartners = 3
)

// outing counts an activity once its parts are recorded.
func (t *tally) outing(o *outing, unit string) {
	var leaflets int64
	for _, p := range o.parts {
		leaflets += p.leaflets
		t.consultations += p.quick + int64(p.consultations)
	}
	leaflets = max(0, leaflets)
	t.leaflets += leaflets
	t.byUnit[unit] += leaflets
	t.activities++
	t.records++
	if o.kind == "street" && (leaflets >= largeLeaflets || len(o.partners) >= largePartners) {
		t.large++
	}
	if o.kind == "lecture" && o.done {
		t.lectures++
	}
}

func (t *tally) meeting(m *meeting, unit string) {
	t.activities++
	t.meetings++
	t.leaflets += m.leaflets
	t.byUnit[unit] += m.leaflets
	t.attendance += int64(m.signed + m.walkIns)
	t.records += 1 + 2*len(m.cafes) + m.walkIns // the meeting, its cafés and its people
}
