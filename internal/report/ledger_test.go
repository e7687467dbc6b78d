package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/figures"
	"fieldkit/internal/figures/figuretest"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

var year = figures.Scope{From: "2025-01-01", To: "2025-12-31"}

func written(t *testing.T, r *replica.Replica, code string, o LedgerOptions) []byte {
	t.Helper()
	if o.Scope.From == "" {
		o.Scope = year
	}
	var b bytes.Buffer
	if err := WriteLedger(t.Context(), r, code, o, &b); err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return b.Bytes()
}

func openedBook(t *testing.T, raw []byte) (*excelize.File, string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, f.GetSheetList()[0]
}

// cells of a sheet as a spreadsheet shows them, formulas as =….
func dump(t *testing.T, raw []byte) string {
	f, sheet := openedBook(t, raw)
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, row := range rows {
		for j := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if formula, _ := f.GetCellFormula(sheet, name); formula != "" {
				row[j] = "=" + formula + " → " + row[j]
			}
		}
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

func TestGoldenLedgers(t *testing.T) {
	w := figuretest.New(t)
	w.Fill()
	var b strings.Builder
	for _, code := range LedgerCodes {
		b.WriteString("## " + code + " " + LedgerName(code) + "\n" + dump(t, written(t, w.Replica, code, LedgerOptions{})) + "\n")
	}
	name := filepath.Join("testdata", "ledgers.txt")
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the ledgers differ from %s; look at them and run with -update:\n%s", name, b.String())
	}
}

// A ledger's totals are formulas, and equal the report's figures.
func TestTotalsEqualFigures(t *testing.T) {
	w := figuretest.New(t)
	totalsEqualFigures(t, w, w.Fill())
}

// So they do when every event was recorded twice and the two were merged.
func TestTotalsEqualFiguresOfMergedActivities(t *testing.T) {
	w := figuretest.New(t)
	bank := w.Fill()
	other := w.Unit("城关派出所", "D02")
	rows, err := w.Replica.Select(t.Context(), "activity", `WHERE state IN ('open', 'done')`)
	if err != nil || len(rows) == 0 {
		t.Fatal(err)
	}
	cafe := w.Put("venue", schema.Values{"kind": "V01", "name": "星空网吧", "town": "城关"})
	for i, row := range rows {
		again := w.Put("activity", schema.Values{"kind": row.Text("kind"), "state": "done", "start_at": row.Int("start_at") + 60_000, "lead_unit_id": other,
			"consult_quick": 3, "heads_counted": 11, "heads_stated": 70, "elder_heads": 6, "hours_x10": 20, "partner_units": []string{bank.String()}})
		w.Put("handout", schema.Values{"activity_id": again, "material_id": w.Put("material", schema.Values{"code": fmt.Sprint("M", i), "group": "leaflet", "name": "宣传单"}), "qty": 10})
		w.Put("consultation", schema.Values{"activity_id": again, "occurred_at": row.Int("start_at"), "source": "walk_in", "fraud_type": "F01"})
		if row.Text("kind") == "household" {
			w.Put("household", schema.Values{"activity_id": again, "door_key": fmt.Sprint("1-", i), "result": "talked", "elder_talked": 1})
		}
		w.Put("role_head", schema.Values{"activity_id": again, "role": "teller", "heads": 5})
		w.Put("attendance", schema.Values{"activity_id": again, "person_name": fmt.Sprint("某", i), "venue_id": cafe, "role": "cafe_owner", "sign_ins": []string{"d@1740805200000"}, "source": "walk_in"})
		if row.Text("kind") == "cafe_meeting" {
			poster := w.Put("placement", schema.Values{"venue_id": cafe, "kind": "poster", "activity_id": again, "qty": 2})
			w.Put("issue", schema.Values{"placement_id": poster, "activity_id": again, "qty": 2})
		}
		w.Update("activity", again, schema.Values{"merged_into": row.ID})
	}
	totalsEqualFigures(t, w, bank)
}

func totalsEqualFigures(t *testing.T, w *figuretest.World, bank schema.ID) {
	t.Helper()
	for _, scope := range []figures.Scope{year, {From: year.From, To: year.To, Units: []schema.ID{bank}}} {
		set, err := figures.Compute(t.Context(), w.Replica, model.DefaultSettings(), scope)
		if err != nil {
			t.Fatal(err)
		}
		yuan := func(code string) string { return figures.Yuan(set[code].Value) }
		num := func(code string) string { return fmt.Sprint(set[code].Value) }
		for _, c := range []struct{ code, head, want string }{
			{"T1", "名称", num("M17a")}, {"T1", "宣传单", num("M02")}, {"T1", "宣传册", num("M02b")}, {"T1", "是否大型", num("M01")}, {"T1", "咨询", num("M08")}, {"T1", "老年人数", num("M17f")},
			{"T3", "签到时间", num("M10s")}, {"T3", "领取数", num("M10m")}, {"T4", "来源", num("M08c")}, {"T5", "类别", num("M16i")}, {"T6", "张贴", num("M11q")}, {"T7", "次数", num("M04")},
			{"T8", "类别", num("M05")}, {"T8", "避免损失", yuan("M06")}, {"T8", "挽回", yuan("M07r")}, {"T8", "人数", num("M07")}, {"T9", "金额", yuan("M15f")},
			{"T10", "善意提醒", num("M14k")}, {"T10", "办理汇款", num("M14r")}, {"T10", "提醒率", figures.Tenths(set["M14"].Value) + "%"}, {"T11", "人数", num("M13h")}, {"T12", "户次", num("M09")}, {"T12", "老年", num("M17g")},
		} {
			if c.code == "T5" && len(scope.Units) > 0 {
				continue // recorded by the other unit's computer
			}
			f, sheet := openedBook(t, written(t, w.Replica, c.code, LedgerOptions{Scope: scope}))
			rows, err := f.GetRows(sheet)
			if err != nil {
				t.Fatal(err)
			}
			at := -1
			for i, head := range rows[0] {
				if head == c.head {
					at = i
				}
			}
			name, _ := excelize.CoordinatesToCellName(at+1, len(rows))
			formula, err := f.GetCellFormula(sheet, name)
			if err != nil || formula == "" {
				t.Errorf("%s %s: the total is no formula (%v)", c.code, c.head, err)
			}
			shown := strings.ReplaceAll(rows[len(rows)-1][at], ",", "")
			calculated, err := f.CalcCellValue(sheet, name)
			if err != nil {
				t.Errorf("%s %s: %s: %v", c.code, c.head, formula, err)
			}
			if calculated = strings.ReplaceAll(calculated, ",", ""); shown != c.want || calculated != c.want {
				t.Errorf("%s %s: shown %s, calculated %s, the figure is %s", c.code, c.head, shown, calculated, c.want)
			}
		}
	}
}

// The report of a unit counts what it led, and beside it what it joined; the county's report has no such line.
func TestReportOfAUnitTellsWhatItJoined(t *testing.T) {
	w := figuretest.New(t)
	bank := w.Fill()
	for _, c := range []struct {
		units []schema.ID
		want  string
	}{{[]schema.ID{bank}, "1"}, {nil, ""}} {
		d, _, err := Build(t.Context(), w.Replica, Request{Kind: "R3", From: year.From, To: year.To, County: "青岚县", Units: c.units, Now: time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, line := range d.Table() {
			if line.Code == "M17j" {
				got = line.Value
			}
		}
		if got != c.want {
			t.Errorf("of %d units: joined %q, want %q", len(c.units), got, c.want)
		}
	}
}

// The first columns are 序号, 日期, 单位, the last 备注; the header is frozen and repeated; A4 lying.
func TestLedgerForm(t *testing.T) {
	w := figuretest.New(t)
	w.Fill()
	for _, code := range LedgerCodes {
		f, sheet := openedBook(t, written(t, w.Replica, code, LedgerOptions{}))
		rows, err := f.GetRows(sheet)
		if err != nil || len(rows) < 2 {
			t.Fatal(err, rows)
		}
		if head := rows[0]; strings.Join(head[:3], " ") != "序号 日期 单位" || head[len(head)-1] != "备注" {
			t.Errorf("%s: %v", code, head)
		}
		panes, err := f.GetPanes(sheet)
		if err != nil || !panes.Freeze || panes.YSplit != 1 {
			t.Errorf("%s: %+v, %v", code, panes, err)
		}
		layout, err := f.GetPageLayout(sheet)
		if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" {
			t.Errorf("%s: %+v, %v", code, layout, err)
		}
		if names := f.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "'"+sheet+"'!$1:$1" {
			t.Errorf("%s: %+v", code, names)
		}
	}
}

// What looks like a formula stays text; names and telephone numbers are masked
// unless asked for; a suspect number that may be innocent is not shown.
func TestLedgersKeepTextAndPeople(t *testing.T) {
	w := figuretest.New(t)
	u := w.Unit("反诈中心", "D01")
	meeting := w.Activity("cafe_meeting", "2025-03-01", u, schema.Values{"title": `=HYPERLINK("http://x","y")`, "note": "+1+1"})
	w.Put("attendance", schema.Values{"activity_id": meeting, "person_name": "王建国", "phone": "13800001234", "org_name": "@SUM(A1)", "sign_ins": []string{"d@1740805200000"}, "source": "roster"})
	c := w.Put("consultation", schema.Values{"activity_id": meeting, "occurred_at": figuretest.At("2025-03-01", 9), "fraud_type": "F01"})
	i := w.Put("indicator", schema.Values{"kind": "phone", "value": "17000009999", "status": "spoofed"})
	w.Put("consultation_indicator", schema.Values{"consultation_id": c, "indicator_id": i})
	f, sheet := openedBook(t, written(t, w.Replica, "T1", LedgerOptions{}))
	for cell, want := range map[string]string{"E2": `=HYPERLINK("http://x","y")`, "P2": "+1+1"} {
		got, err := f.GetCellValue(sheet, cell)
		formula, _ := f.GetCellFormula(sheet, cell)
		kind, _ := f.GetCellType(sheet, cell)
		if err != nil || got != want || formula != "" || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%s: %q, formula %q, type %v, %v", cell, got, formula, kind, err)
		}
	}
	masked, full := dump(t, written(t, w.Replica, "T3", LedgerOptions{})), dump(t, written(t, w.Replica, "T3", LedgerOptions{Personal: true}))
	if strings.Contains(masked, "王建国") || strings.Contains(masked, "13800001234") || !strings.Contains(masked, "王** ") || !strings.Contains(masked, "138****1234") || !strings.Contains(masked, "@SUM(A1)") || !strings.Contains(masked, "2025-03-01 13:00") {
		t.Error(masked)
	}
	if !strings.Contains(full, "王建国") || !strings.Contains(full, "13800001234") {
		t.Error(full)
	}
	if got := dump(t, written(t, w.Replica, "T5", LedgerOptions{})); strings.Contains(got, "17000009999") || !strings.Contains(got, "不公开") {
		t.Error(got)
	}
}

// Of a ledger with names, however long, nothing lies in a temporary file meanwhile.
func TestLedgerMakesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, dir)
	}
	w := figuretest.New(t)
	meeting := w.Activity("cafe_meeting", "2025-03-01", w.Unit("反诈中心", "D01"), nil)
	long := strings.Repeat("王建国说：", 4000)
	for i := range 400 { // more than the library keeps in memory
		w.Put("attendance", schema.Values{"activity_id": meeting, "person_name": fmt.Sprint("王建国", i), "org_name": "星空网咖", "note": long, "sign_ins": []string{"d@1740805200000"}, "source": "roster"})
	}
	told := 0
	raw := written(t, w.Replica, "T3", LedgerOptions{Personal: true, Progress: func(int64) {
		told++
		if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
			t.Errorf("on disk: %v, %v", list, err)
		}
	}})
	f, sheet := openedBook(t, raw)
	if rows, err := f.GetRows(sheet); err != nil || len(rows) != 402 || rows[400][len(rows[0])-1] != long || told < 2 {
		t.Errorf("%d rows, told %d times: %v", len(rows), told, err)
	}
}

// What a spreadsheet would take for a character's number stays what was written.
func TestLedgerTextStaysAsWritten(t *testing.T) {
	w := figuretest.New(t)
	text := "_x0041_x0042_ <b>&\"一\"</b>\n  第二行 _x_"
	w.Activity("street", "2025-03-01", w.Unit("反诈中心", "D01"), schema.Values{"title": text + "\x00\x0b"})
	f, sheet := openedBook(t, written(t, w.Replica, "T1", LedgerOptions{}))
	if got, err := f.GetCellValue(sheet, "E2"); got != text || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestLedgerRefusals(t *testing.T) {
	w := figuretest.New(t)
	var p *Problem
	if err := WriteLedger(t.Context(), w.Replica, "T13", LedgerOptions{Scope: year}, &bytes.Buffer{}); !errors.As(err, &p) {
		t.Error(err)
	}
	if err := WriteLedger(t.Context(), w.Replica, "T1", LedgerOptions{Scope: figures.Scope{From: "2025-12-31", To: "2025-01-01"}}, &bytes.Buffer{}); !errors.As(err, &p) {
		t.Error(err)
	}
	desk := w.Activity("desk_shift", "2025-03-01", w.Unit("反诈中心", "D01"), nil)
	for i := range 3 {
		w.Put("consultation", schema.Values{"activity_id": desk, "occurred_at": figuretest.At("2025-03-01", i), "fraud_type": "F01"})
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := WriteLedger(ctx, w.Replica, "T4", LedgerOptions{Scope: year, Progress: func(int64) { cancel() }}, &bytes.Buffer{})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A ledger longer than a sheet goes on in a second; the total counts both.
func TestLedgerOverTwoSheets(t *testing.T) {
	before := rowsOfSheet
	rowsOfSheet = 4
	defer func() { rowsOfSheet = before }()
	w := figuretest.New(t)
	desk := w.Activity("desk_shift", "2025-03-01", w.Unit("反诈中心", "D01"), nil)
	for i := range 6 {
		w.Put("consultation", schema.Values{"activity_id": desk, "occurred_at": figuretest.At("2025-03-01", i), "fraud_type": "F01", "source": "walk_in", "stage": "G3", "loss_fen": 100})
	}
	f, _ := openedBook(t, written(t, w.Replica, "T4", LedgerOptions{}))
	if list := f.GetSheetList(); len(list) != 2 || list[1] != "咨询台账(2)" {
		t.Fatal(list)
	}
	for cell, want := range map[string]string{"D4": "6", "J4": "6.00", "L4": "0"} {
		if got, err := f.CalcCellValue("咨询台账(2)", cell); err != nil || got != want {
			formula, _ := f.GetCellFormula("咨询台账(2)", cell)
			t.Errorf("%s = %s: %s, %v", cell, formula, got, err)
		}
	}
}

// LibreOffice opens every ledger and prints it.
func TestLibreOfficeOpensEveryLedger(t *testing.T) {
	w := figuretest.New(t)
	w.Fill()
	runtime.GC()
	for _, code := range []string{"T1", "T4", "T10"} {
		if pages := soffice(t, code+".xlsx", written(t, w.Replica, code, LedgerOptions{})); pages < 1 || pages > 2 {
			t.Errorf("%s has %d pages", code, pages)
		}
	}
}

// Two materials that were merged are one account.
func TestStockOfMergedMaterials(t *testing.T) {
	w := figuretest.New(t)
	u := w.Unit("反诈中心", "D01")
	one := w.Put("material", schema.Values{"code": "A", "group": "leaflet", "name": "宣传单"})
	other := w.Put("material", schema.Values{"code": "B", "group": "leaflet", "name": "宣传单（新）"})
	w.Put("stock_move", schema.Values{"kind": "receive", "material_id": one, "to_unit": u, "qty": 100, "batch_no": "1", "created_at": figuretest.At("2025-02-01", 9)})
	w.Put("handout", schema.Values{"activity_id": w.Activity("street", "2025-03-01", u, nil), "material_id": other, "qty": 30})
	w.Update("material", other, schema.Values{"merged_into": one})
	f, sheet := openedBook(t, written(t, w.Replica, "T2", LedgerOptions{}))
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) != 4 {
		t.Fatal(rows, err)
	}
	if last := rows[2]; last[3] != "宣传单" || last[8] != "70" {
		t.Error(rows)
	}
}

// What venues were given stands in T3 once: with the first who signed, whichever of the
// merged venues they signed for, and on a line of its own where nobody did.
func TestWhatVenuesWereGivenAddsUp(t *testing.T) {
	w := figuretest.New(t)
	meeting := w.Activity("cafe_meeting", "2025-03-01", w.Unit("反诈中心", "D01"), nil)
	venue := func(name string) schema.ID {
		return w.Put("venue", schema.Values{"kind": "V01", "name": name, "town": "城关"})
	}
	one, other, absent := venue("极速网吧"), venue("极速网咖"), venue("星空网咖")
	for name, at := range map[string]schema.ID{"王建国": one, "赵敏": other} {
		w.Put("attendance", schema.Values{"activity_id": meeting, "person_name": name, "venue_id": at, "sign_ins": []string{"d@1740805200000"}, "source": "roster"})
	}
	w.Put("attendance", schema.Values{"activity_id": meeting, "person_name": "张伟", "venue_id": absent, "source": "roster"})
	for at, n := range map[schema.ID]int{one: 4, other: 2, absent: 3} {
		w.Put("issue", schema.Values{"activity_id": meeting, "placement_id": w.Put("placement", schema.Values{"venue_id": at, "kind": "poster", "qty": n}), "qty": n})
	}
	w.Update("venue", other, schema.Values{"merged_into": one})
	set, err := figures.Compute(t.Context(), w.Replica, model.DefaultSettings(), year, "M10m")
	if err != nil || set["M10m"].Value != 9 {
		t.Fatal(set, err)
	}
	f, sheet := openedBook(t, written(t, w.Replica, "T3", LedgerOptions{}))
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) != 6 { // a head, three people, what nobody signed for, the total
		t.Fatal(rows, err)
	}
	given := map[string]int{}
	for _, row := range rows[1:5] {
		if len(row) > 9 && row[9] != "" {
			given[row[4]+row[9]]++
		}
	}
	if fmt.Sprint(given) != "map[星空网咖3:1 极速网吧6:1]" || rows[5][9] != "9" {
		t.Error(given, rows)
	}
}

// A unit's report names the stations that its own street campaigns were held with.
func TestStationsOfAUnit(t *testing.T) {
	w := figuretest.New(t)
	u, other := w.Unit("网安大队", "D01"), w.Unit("反诈中心", "D01")
	ours, theirs, once := w.Unit("城关派出所", "D02"), w.Unit("岭口派出所", "D02"), w.Unit("城关所", "D02")
	w.Activity("street", "2025-03-01", u, schema.Values{"partner_units": []string{once.String()}})
	w.Activity("street", "2025-03-02", other, schema.Values{"partner_units": []string{theirs.String()}})
	w.Update("unit", once, schema.Values{"merged_into": ours})
	for want, units := range map[string][]schema.ID{"城关派出所": {u}, "城关派出所、岭口派出所": nil} {
		d, _, err := Build(t.Context(), w.Replica, Request{Kind: "R2", From: year.From, To: year.To, County: "青岚县", Units: units, Now: time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location)})
		if err != nil {
			t.Fatal(err)
		}
		if d.Named["stations"] != want {
			t.Errorf("of %d units: %s, want %s", len(units), d.Named["stations"], want)
		}
	}
}
