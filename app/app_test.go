package app

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

var (
	realm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")
	noon  = time.Date(2025, 1, 10, 12, 0, 0, 0, model.Location)
)

// laptop is the services over a real replica.
type laptop struct {
	t       testing.TB
	dir     string
	now     time.Time
	r       *replica.Replica
	s       *Session
	booth   *Booth
	consult *Consultations
	meet    *Meetings
	venues  *Venues
	cat     *Catalogue
}

func newLaptop(t testing.TB, label string) *laptop {
	l := &laptop{t: t, dir: filepath.Join(t.TempDir(), label), now: noon}
	l.open()
	unit := model.UnitID(realm, "CGPCS")
	l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error {
		if err := model.Seed(tx, realm); err != nil {
			return err
		}
		if err := tx.Put("unit", unit, schema.Values{"code": "CGPCS", "name": "城关派出所", "department": "D02"}); err != nil {
			return err
		}
		return tx.Put("device", l.r.ID(), schema.Values{"label": label, "owner_unit_id": unit, "state": "active"})
	}))
	return l
}

func (l *laptop) open() {
	l.t.Helper()
	r, err := replica.Open(context.Background(), replica.Options{Dir: l.dir, Schema: model.Schema, Realm: realm, Audience: func(tx *replica.Tx, tb *schema.Table, id schema.ID) (string, error) {
		return model.AudienceOf(tx, tb, id, model.UnitID(realm, "CGPCS"))
	}, Wall: func() time.Time { return l.now }})
	l.must(err)
	l.r, l.s = r, NewSession(rpc.NewEvents())
	l.t.Cleanup(func() { r.Close() })
	l.t.Cleanup(l.s.Close)
	l.s.Attach(r, model.UnitID(realm, "CGPCS"))
	l.booth, l.consult, l.meet, l.venues, l.cat = NewBooth(l.s), NewConsultations(l.s), NewMeetings(l.s), NewVenues(l.s), NewCatalogue(l.s)
}

// crash closes the replica without a word and opens it again.
func (l *laptop) crash() {
	l.s.Close() // its goroutine would die with the process
	l.must(l.r.Close())
	l.open()
}

func (l *laptop) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *laptop) start(place string) BoothState {
	l.t.Helper()
	st, err := l.booth.Open(OpenBooth{Place: place})
	l.must(err)
	return st
}

func (l *laptop) state() uint64 {
	l.t.Helper()
	h, err := l.r.StateHash(context.Background())
	l.must(err)
	return h
}

var leaflet = model.MaterialID(realm, "FZXCD")

func refusedField(t testing.TB, err error) string {
	t.Helper()
	var u *rpc.UserError
	if !errors.As(err, &u) || u.Message == "" || u.MessageEN == "" {
		t.Fatalf("not a sentence for the officer: %v", err)
	}
	return u.Field
}

func TestTapAndUndo(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	if again := l.start(" 城关 广场").Activity.ID; again != id {
		t.Fatal("the same booth opened twice is two")
	}
	for range 60 {
		_, err := l.booth.Tap(id, leaflet, 1)
		l.must(err)
	}
	l.crash()
	for range 55 {
		_, err := l.booth.Undo(id)
		l.must(err)
	}
	st, err := l.booth.Get(id)
	l.must(err)
	if st.Mine != 10 || st.CanUndo {
		t.Fatalf("after 60 taps and 55 undos (50 deep): %d", st.Mine)
	}
	_, err = l.booth.Tap(id, leaflet, -10)
	l.must(err)
	before := l.state()
	for _, n := range []int64{0, model.MaxBulk + 1, -model.MaxBulk - 1} {
		if _, err := l.booth.Tap(id, leaflet, n); refusedField(t, err) != "qty" {
			t.Fatalf("a tap of %d", n)
		}
	}
	if l.state() != before {
		t.Fatal("a refused tap changed something")
	}
}

// Two laptops tap at one booth; each may undo only what it tapped.
func TestOnlyOwnTapsAreUndone(t *testing.T) {
	a, b := newLaptop(t, "D1"), newLaptop(t, "D2")
	id := a.start("汽车站").Activity.ID
	if b.start("汽车站").Activity.ID != id {
		t.Fatal("two laptops at one booth have two activities")
	}
	_, err := a.booth.Tap(id, leaflet, 380)
	a.must(err)
	pair(t, a, b)
	u, err := b.booth.Undo(id)
	b.must(err)
	if u.Tap != nil || u.State.Total != 380 {
		t.Fatalf("undid %+v, total %d", u.Tap, u.State.Total)
	}
}

// pair certifies two laptops for each other and gives b what a has.
func pair(t testing.TB, a, b *laptop) {
	t.Helper()
	ctx := context.Background()
	a.must(a.r.BecomeRoot(ctx))
	b.must(b.r.TrustRoot(ctx, a.r.PublicKey()))
	c, _, err := a.r.Certificate(ctx, a.r.ID())
	a.must(err)
	b.must(b.r.Accept(ctx, c))
	a.must(a.r.Seal(ctx))
	refs, err := a.r.Missing(ctx, nil, func(changeset.Stream) bool { return true })
	a.must(err)
	for _, ref := range refs {
		raw, err := a.r.Changeset(ctx, ref.Stream, ref.Number)
		a.must(err)
		out, err := b.r.Apply(ctx, raw)
		b.must(err)
		b.must(out[0].Err)
	}
}

func form(activity schema.ID) ConsultationForm {
	return ConsultationForm{ActivityID: activity, FraudType: "F01", Stage: "G1", AtRisk: "1.2w", Channels: []string{"H3", "H9"}, AgeBand: "A6", Advice: []string{"Z1"}, Outcome: "K2", PersonLabel: "王女士"}
}

func TestConsultationRefusals(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	before := l.state()
	for name, tc := range map[string]struct {
		change func(*ConsultationForm)
		field  string
	}{
		"no type":             {func(f *ConsultationForm) { f.FraudType = "" }, "fraud_type"},
		"unknown type":        {func(f *ConsultationForm) { f.FraudType = "F77" }, "fraud_type"},
		"no stage":            {func(f *ConsultationForm) { f.Stage = "" }, "stage"},
		"no age":              {func(f *ConsultationForm) { f.AgeBand = "" }, "age_band"},
		"no outcome":          {func(f *ConsultationForm) { f.Outcome = "" }, "outcome"},
		"unknown channel":     {func(f *ConsultationForm) { f.Channels = []string{"H3", "XX"} }, "channels"},
		"words as amount":     {func(f *ConsultationForm) { f.AtRisk = "很多" }, "at_risk"},
		"formula as amount":   {func(f *ConsultationForm) { f.AtRisk = "=1+1" }, "at_risk"},
		"absurd amount":       {func(f *ConsultationForm) { f.AtRisk = "999999999999" }, "at_risk"},
		"loss before paying":  {func(f *ConsultationForm) { f.Loss = "5000" }, "loss_fen"},
		"phone, no consent":   {func(f *ConsultationForm) { f.Phone = "13800001234" }, "phone"},
		"phone of a child":    {func(f *ConsultationForm) { f.Consent, f.Phone, f.AgeBand = true, "13800001234", "A1" }, "phone"},
		"malformed phone":     {func(f *ConsultationForm) { f.Consent, f.Phone = true, "138-0000" }, "phone"},
		"whole card number":   {func(f *ConsultationForm) { f.PayerTail = "6222021234567890123" }, "payer_tail"},
		"tomorrow":            {func(f *ConsultationForm) { f.OccurredAt = noon.AddDate(0, 0, 1).UnixMilli() }, "occurred_at"},
		"1970":                {func(f *ConsultationForm) { f.OccurredAt = 5 }, "occurred_at"},
		"long name":           {func(f *ConsultationForm) { f.PersonLabel = strings.Repeat("王", 9) }, "person_label"},
		"long story":          {func(f *ConsultationForm) { f.Story = strings.Repeat("话", 8001) }, "story"},
		"other, and no story": {func(f *ConsultationForm) { f.FraudType, f.Story = "F99", " " }, "story"},
		"too many relatives":  {func(f *ConsultationForm) { f.RelativesAdvised = 21 }, "relatives_advised"},
		"no such activity":    {func(f *ConsultationForm) { f.ActivityID = schema.NewID(1) }, ""},
		"no such consulation": {func(f *ConsultationForm) { f.ID = schema.NewID(1) }, ""},
	} {
		f := form(id)
		tc.change(&f)
		if _, err := l.consult.Save(f); err == nil || refusedField(t, err) != tc.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l.state() != before {
		t.Fatal("a refused form changed something")
	}
}

func TestConsultationsAreSavedFoundAndCorrected(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	f := form(id)
	f.Consent, f.Phone, f.Story = true, "138 0000 1234", "对方自称客服😀 <script>alert(1)</script> =HYPERLINK(\"x\")"
	saved, err := l.consult.Save(f)
	l.must(err)
	if saved.AtRiskFen != 1_200_000 || saved.Phone != "13800001234" || saved.Story != f.Story || saved.Progress.State != "stored" {
		t.Fatalf("saved %+v", saved)
	}
	find := func(q ConsultationQuery) int {
		t.Helper()
		page, err := l.consult.List(q)
		l.must(err)
		return page.Total
	}
	for _, text := range []string{"王女士", "1234", "刷单", "客服", "F01", "12000"} {
		if find(ConsultationQuery{Text: text}) != 1 {
			t.Errorf("%q is not found", text)
		}
	}
	if find(ConsultationQuery{Text: "李先生"}) != 0 || find(ConsultationQuery{FraudType: "F02"}) != 0 || find(ConsultationQuery{ActivityID: id}) != 1 {
		t.Error("filters do not filter")
	}
	f = saved.ConsultationForm
	f.Stage, f.AtRisk, f.Loss, f.Channels = "G3", "", "8000.50", []string{"H1"}
	changed, err := l.consult.Save(f)
	l.must(err)
	if changed.LossFen != 800_050 || changed.AtRiskFen != 0 || fmt.Sprint(changed.Channels) != "[H1]" || changed.OccurredAt != saved.OccurredAt {
		t.Fatalf("corrected to %+v", changed)
	}
	_, err = l.consult.Void(saved.ID, "V1")
	l.must(err)
	if find(ConsultationQuery{}) != 0 || find(ConsultationQuery{Voided: true}) != 1 || find(ConsultationQuery{Text: "王女士"}) != 0 {
		t.Error("a voided consultation is still listed")
	}
	_, err = l.consult.Restore(saved.ID)
	l.must(err)
	if find(ConsultationQuery{Text: "王女士"}) != 1 {
		t.Error("a restored consultation is not found")
	}
}

// keepDraft keeps a form as its screen does.
func (l *laptop) keepDraft(f ConsultationForm) {
	l.t.Helper()
	l.must(NewDrafts(l.s).Keep(consultationDraft(f.ID, f.ActivityID), string(sure(json.Marshal(f)))))
}

// draft is a consultation's form as it was left, nil when none is.
func (l *laptop) draft(id, activity schema.ID) *ConsultationForm {
	l.t.Helper()
	d := sure(NewDrafts(l.s).Of(consultationDraft(id, activity)))
	if d == nil {
		return nil
	}
	var f ConsultationForm
	l.must(json.Unmarshal([]byte(d.Form), &f))
	return &f
}

// P9: what is being typed lives in the local database, not in the browser.
func TestP9DraftLivesInTheDatabase(t *testing.T) {
	l := newLaptop(t, "D1")
	f := form(l.start("城关广场").Activity.ID)
	f.Outcome = ""
	l.keepDraft(f)
	l.crash()
	d := l.draft(schema.Nil, f.ActivityID)
	if d == nil || d.PersonLabel != "王女士" {
		t.Fatalf("the draft came back as %+v", d)
	}
	if _, err := l.consult.Save(f); err == nil {
		t.Fatal("an incomplete form was saved")
	}
	if l.draft(schema.Nil, f.ActivityID) == nil {
		t.Fatal("a refused save dropped the draft")
	}
	f.Outcome = "K1"
	sure(l.consult.Save(f))
	if l.draft(schema.Nil, f.ActivityID) != nil {
		t.Fatal("a saved form is still a draft")
	}
}

// P12: an edit does not bring a voided record back.
func TestP12VoidIsNotUndoneByAnEdit(t *testing.T) {
	l := newLaptop(t, "D1")
	saved, err := l.consult.Save(form(l.start("城关广场").Activity.ID))
	l.must(err)
	_, err = l.consult.Void(saved.ID, "V2")
	l.must(err)
	f := saved.ConsultationForm
	f.Outcome = "K3"
	after, err := l.consult.Save(f)
	l.must(err)
	if !after.Voided || after.Outcome != "K3" {
		t.Fatalf("voided %v, outcome %s", after.Voided, after.Outcome)
	}
}

// P15: with no registers on board, an unknown person and an unknown place can
// still be recorded on the spot.
func TestP15UnknownPersonAndVenueCanAlwaysBeAdded(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	for range 2 { // a namesake who comes second is a second person
		m, err = l.meet.WalkIn(m.Activity.ID, RosterRow{Org: "飞宇网吧", Name: "赵敏", CreateVenue: true})
		l.must(err)
	}
	if m.Signed != 2 || m.Orgs != 1 || m.WalkIns != 2 {
		t.Fatalf("%+v", m)
	}
	list, err := l.venues.List(VenueQuery{Text: "fy"})
	l.must(err)
	if len(list) != 1 || list[0].Name != "飞宇网吧" {
		t.Fatalf("venues %+v", list)
	}
}

func TestRoster(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	for name, tc := range map[string]struct {
		table string
		rows  int // 0: refused
	}{
		"headings":      {"网吧名称\t负责人\t联系电话\n极速网吧\t王建国\t12800001234\n", 1},
		"title above":   {"青岚县网吧业主名册\n序号\t网吧名称\t姓名\n1\t极速网吧\t王建国\n2\t星空网咖\t单晓\n", 2},
		"no headings":   {"极速网吧\t王建国\t12800001234\n星空网咖\t王金刚\t12800001235\n", 2},
		"emoji":         {"单位\t姓名\n😀网吧\t王😀国\n", 1},
		"formulas":      {"单位\t姓名\n=HYPERLINK(\"http://x\")\t=1+1\n", 1},
		"wrong columns": {"日期\t数量\n2025-01-10\t3\n", 0},
		"nothing":       {"  \n", 0},
		"too long":      {"单位\t姓名\n" + strings.Repeat("极速网吧\t王建国\n", maxRoster+1), 0},
		"10 MB":         {strings.Repeat("字", 10<<20/3), 0},
	} {
		p, err := l.meet.ParseRoster(tc.table)
		if tc.rows == 0 {
			refusedField(t, err)
			continue
		}
		if err != nil || len(p.Rows) != tc.rows {
			t.Errorf("%s: %d rows, %v", name, len(p.Rows), err)
		}
	}
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range [][]any{{"网吧名称", "姓名", "电话"}, {"极速网吧", "王建国", 12800001234}, {"极速网吧", "张伟", ""}, {"极速网吧", "张伟", ""}, {"星空网咖", "单晓", "999"}} {
		l.must(book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	raw, err := book.WriteToBuffer()
	l.must(err)
	p, err := l.meet.ParseRosterFile("名册.xlsx", base64.StdEncoding.EncodeToString(raw.Bytes()))
	l.must(err)
	if len(p.Rows) != 4 || p.Problems != 1 || p.Rows[0].Phone != "12800001234" {
		t.Fatalf("workbook: %+v", p)
	}
	if _, err := l.meet.ParseRosterFile("名册.xlsx", base64.StdEncoding.EncodeToString(raw.Bytes()[:400])); refusedField(t, err) != "roster" {
		t.Fatal("a damaged workbook")
	}
	m, err = l.meet.ImportRoster(m.Activity.ID, p.Rows)
	l.must(err)
	if len(m.Attendees) != 3 { // two namesakes are two people, the row with a problem stays out
		t.Fatalf("%d people on the roster", len(m.Attendees))
	}
	m, err = l.meet.ImportRoster(m.Activity.ID, p.Rows)
	l.must(err)
	if len(m.Attendees) != 3 {
		t.Fatal("importing twice doubles the roster")
	}
}

func TestSignInAndGive(t *testing.T) {
	l := newLaptop(t, "D1")
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	id := m.Activity.ID
	m, err = l.meet.ImportRoster(id, []RosterRow{{Org: "极速网吧", Name: "单晓", CreateVenue: true, Phone: "12800001234"}, {Org: "星空网咖", Name: "王金刚", CreateVenue: true}})
	l.must(err)
	for query, want := range map[string]string{"sx": "单晓", "dx": "单晓", "王金": "王金刚", "xkwk": "王金刚", "1234": "单晓"} {
		found, err := l.meet.Find(id, query)
		l.must(err)
		if len(found) != 1 || found[0].Name != want {
			t.Errorf("%q finds %+v", query, found)
		}
	}
	if _, err := l.meet.Give(id, model.MaterialID(realm, "FZHB"), 4); refusedField(t, err) != "qty" {
		t.Fatal("materials given to nobody")
	}
	who := m.Attendees[0].ID
	for range 2 {
		m, err = l.meet.SignIn(who)
		l.must(err)
	}
	for range 2 { // said twice, it counts once
		m, err = l.meet.Give(id, model.MaterialID(realm, "FZHB"), 4)
		l.must(err)
	}
	if m.Signed != 1 || len(m.Given) != 1 || m.Given[0].Total != 4 {
		t.Fatalf("%+v", m)
	}
	m, err = l.meet.UndoSignIn(who)
	l.must(err)
	if m.Signed != 0 {
		t.Fatal("the sign-in stands after undo")
	}
}

// One booth day crosses the wire in 16 KiB at most.
func TestBoothDayOnTheWire(t *testing.T) {
	l := newLaptop(t, "D1")
	ctx := context.Background()
	l.must(l.r.Seal(ctx))
	before, err := l.r.Vector(ctx)
	l.must(err)
	rng := rand.New(rand.NewPCG(1, 1))
	id := l.start("城关广场").Activity.ID
	step := func() { l.now = l.now.Add(time.Duration(5+rng.IntN(60)) * time.Second) }
	for i := range 400 {
		step()
		_, err := l.booth.Tap(id, model.MaterialID(realm, model.SeedMaterials[i%6].Code), 1)
		l.must(err)
	}
	story := []string{"对方加微信后让下载任务大厅做任务，先返小额再要求大额垫付", "自称客服说会员要扣费，让共享屏幕", "群里老师带着炒股，平台提现不了", "孙子打电话说出事要钱，声音很像"}
	for range 40 {
		step()
		f := form(id)
		f.FraudType = model.Codes["fraud_type"][rng.IntN(20)].Code
		f.AtRisk = fmt.Sprint(1000 + rng.IntN(50)*500)
		f.AgeBand = fmt.Sprintf("A%d", 3+rng.IntN(5))
		f.PersonLabel = []string{"王女士", "李先生", "张阿姨", "赵大爷"}[rng.IntN(4)]
		f.Consent, f.Phone = true, fmt.Sprintf("128%08d", rng.IntN(100_000_000))
		f.Story = story[rng.IntN(4)] + fmt.Sprintf("，涉及%d元。", rng.IntN(90000))
		_, err := l.consult.Save(f)
		l.must(err)
	}
	m, err := l.meet.Create(MeetingForm{Place: "协会会议室"})
	l.must(err)
	family, given := []rune("王李张刘陈杨赵黄周吴"), []rune("伟芳娜敏静丽强磊军洋")
	var rows []RosterRow
	for i := range 60 {
		rows = append(rows, RosterRow{Org: fmt.Sprintf("%s网吧", string(given[i%10])), Name: string([]rune{family[rng.IntN(10)], given[rng.IntN(10)], given[rng.IntN(10)]}), Phone: fmt.Sprintf("128%08d", rng.IntN(100_000_000))})
	}
	m, err = l.meet.ImportRoster(m.Activity.ID, rows)
	l.must(err)
	for _, a := range m.Attendees {
		step()
		_, err := l.meet.SignIn(a.ID)
		l.must(err)
	}
	l.must(l.r.Seal(ctx))
	refs, err := l.r.Missing(ctx, before, func(changeset.Stream) bool { return true })
	l.must(err)
	size := 0
	for _, ref := range refs {
		size += ref.Size
	}
	t.Logf("a booth day is %d bytes in %d changesets", size, len(refs))
	if size > 16<<10 {
		t.Fatalf("%d bytes are more than 16 KiB", size)
	}
}

func BenchmarkBoothTap(b *testing.B) {
	l := newLaptop(b, "D1")
	id := l.start("城关广场").Activity.ID
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if _, err := l.booth.Tap(id, leaflet, 1); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// full is a laptop of 100,000 consultations.
func full(b *testing.B) *laptop {
	b.Helper()
	l := newLaptop(b, "D1")
	id := l.start("城关广场").Activity.ID
	for batch := range 100 {
		l.now = l.now.Add(time.Minute)
		l.must(l.r.Update(context.Background(), func(tx *replica.Tx) error {
			for i := range 1000 {
				n := batch*1000 + i
				if err := tx.Put("consultation", tx.NewID(), schema.Values{"created_at": tx.Now().UnixMilli(), "device_id": tx.Replica(), "activity_id": id, "source": "walk_in",
					"occurred_at": tx.Now().UnixMilli() + int64(i), "fraud_type": model.Codes["fraud_type"][n%21].Code, "stage": "G0", "age_band": "A4", "outcome": "K1", "consent": true,
					"person_label": fmt.Sprintf("第%d位", n), "phone": fmt.Sprintf("128%08d", n), "story": "对方自称客服，要求共享屏幕"}); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return l
}

func BenchmarkFirstScreen100k(b *testing.B) {
	l := full(b)
	for b.Loop() {
		l.crash()
		if _, err := l.booth.Today(); err != nil {
			b.Fatal(err)
		}
		if _, err := l.consult.List(ConsultationQuery{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch100k(b *testing.B) {
	l := full(b)
	if _, err := l.consult.List(ConsultationQuery{Text: "第7位"}); err != nil { // builds the index
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.consult.List(ConsultationQuery{Text: "00099"}); err != nil {
			b.Fatal(err)
		}
	}
}
