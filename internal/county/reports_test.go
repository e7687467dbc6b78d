package county

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
	"fieldkit/internal/report"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// outreach puts a street campaign with leaflets into a county.
func outreach(t *testing.T, c *County, leaflets int64) (street, material schema.ID) {
	t.Helper()
	unit, err := c.AddUnit(t.Context(), "test", UnitForm{Code: "FZZX", Name: "反诈中心", ShortName: "反诈中心", Department: "D01"})
	if err != nil {
		t.Fatal(err)
	}
	lead, err := schema.ParseID(unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	material = model.MaterialID(c.realm, "FZXCD")
	err = c.replica.Update(t.Context(), func(tx *replicaTx) error {
		street = tx.NewID()
		values := created(tx, c.replica.ID())
		values["kind"], values["state"], values["start_at"], values["lead_unit_id"] = "street", "done", time.Date(2025, 3, 15, 9, 0, 0, 0, model.Location).UnixMilli(), lead
		if err := tx.Put("activity", street, values); err != nil {
			return err
		}
		handout := model.HandoutID(c.realm, street, material)
		values = created(tx, c.replica.ID())
		values["activity_id"], values["material_id"] = street, material
		if err := tx.Put("handout", handout, values); err != nil {
			return err
		}
		return tx.Add("handout", handout, "qty", leaflets)
	})
	if err != nil {
		t.Fatal(err)
	}
	return street, material
}

func TestReportIsFrozenUntilRefreshed(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	street, material := outreach(t, o.County, 4932)
	var made ReportView
	if err := o.call(t, "DraftReport", &made, ReportForm{Kind: "R3", From: "2025-01-01", To: "2025-12-31", Units: []string{}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(made.Text, "{M02=4000余}份") || made.Line.Title != "青岚县公安局2025年防范电信网络诈骗工作总结" || len(made.Late) != 0 || len(made.Table) == 0 || made.Complete == "" {
		t.Fatalf("%+v", made)
	}
	// the office writes into it and types a figure over
	for i := range made.Blocks {
		for j := range made.Blocks[i].Runs {
			if r := &made.Blocks[i].Runs[j]; r.Key == "M01" {
				r.Text = "多"
			}
		}
	}
	made.Blocks = append(made.Blocks, report.Block{Kind: report.Paragraph, Runs: []report.Run{{Text: "小结：成效明显。"}}})
	var saved ReportView
	if err := o.call(t, "SaveReport", &saved, made.Line.ID, made.Text, made.Blocks); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(saved.Text, "小结：成效明显。") || !strings.Contains(saved.Text, "{M01=多}次") {
		t.Fatal(saved.Text)
	}
	// 205 leaflets arrive late
	err := o.replica.Update(t.Context(), func(tx *replicaTx) error {
		return tx.Add("handout", model.HandoutID(o.realm, street, material), "qty", 205)
	})
	if err != nil {
		t.Fatal(err)
	}
	var again ReportView
	if err := o.call(t, "Report", &again, made.Line.ID); err != nil {
		t.Fatal(err)
	}
	if again.Text != saved.Text || len(again.Late) != 1 || again.Late[0].By != "+205份" {
		t.Errorf("late: %+v", again.Late)
	}
	var fresh ReportView
	if err := o.call(t, "RefreshReport", &fresh, made.Line.ID); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(fresh.Text, "{M02=5000余}份") || !strings.Contains(fresh.Text, "{M01=多}次") || !strings.Contains(fresh.Text, "小结") || len(fresh.Late) != 0 {
		t.Errorf("refreshed: %+v", fresh)
	}
	var list []ReportLine
	if err := o.call(t, "Reports", &list); err != nil || len(list) != 2 || list[0].ID != fresh.Line.ID {
		t.Errorf("%+v, %v", list, err)
	}
	if err := o.call(t, "Report", &again, made.Line.ID); err != nil || again.Text != saved.Text {
		t.Error("the earlier report has changed")
	}
	status, body := o.download(t, "/export/report/"+fresh.Line.ID+".docx")
	if status != http.StatusOK || !bytes.HasPrefix(body, []byte("PK")) {
		t.Errorf("docx: %d %.80s", status, body)
	}
}

func (o *office) download(t *testing.T, path string) (int, []byte) {
	t.Helper()
	response, err := o.browser.Get(o.secure + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestReportsRefuseWithASentence(t *testing.T) {
	o := openOffice(t)
	if r := o.post(t, "/rpc/County/DraftReport", "[{}]", map[string]string{"Content-Type": "application/json", "X-Fieldkit": "1"}); r.StatusCode != http.StatusUnauthorized {
		t.Error("a stranger makes a report:", r.Status)
	}
	if status, _ := o.download(t, "/export/report/"+schema.NewID(1).String()+".docx"); status != http.StatusUnauthorized {
		t.Error("a stranger fetches a report:", status)
	}
	o.login(t)
	for code, f := range map[string]ReportForm{
		"no_data": {Kind: "R3", From: "2025-01-01", To: "2025-12-31"}, "period": {Kind: "R3", From: "2025-12-31", To: "2025-01-01"},
		"kind": {Kind: "R9", From: "2025-01-01", To: "2025-12-31"}, "unit": {Kind: "R1", From: "2025-01-01", To: "2025-12-31"},
	} {
		if err := o.call(t, "DraftReport", nil, f); err == nil || err.Code != code || !strings.Contains(err.Message, "没有") {
			t.Errorf("%s: %v", code, err)
		}
	}
	if err := o.call(t, "SaveTemplate", nil, "R3", base64.StdEncoding.EncodeToString([]byte("damaged"))); err == nil || err.Code != "template_damaged" {
		t.Error(err)
	}
	if err := o.call(t, "SaveTemplate", nil, "R3", base64.StdEncoding.EncodeToString(report.DefaultTemplate())); err != nil {
		t.Error(err)
	}
	var list []TemplateInfo
	if err := o.call(t, "Templates", &list); err != nil || len(list) != 3 || !list[2].Own || list[0].Own {
		t.Errorf("%+v, %v", list, err)
	}
	if status, body := o.download(t, "/export/template/R3.docx"); status != http.StatusOK || !bytes.Equal(body, report.DefaultTemplate()) {
		t.Error("the template does not come back as it went")
	}
	if err := o.call(t, "SaveTemplate", nil, "R3", ""); err != nil {
		t.Error(err)
	}
	if err := o.call(t, "StartLedger", nil, LedgerForm{Code: "T3", From: "2025-01-01", To: "2025-12-31", Personal: true}); err == nil || err.Code != "reason" {
		t.Error("personal data without a reason")
	}
}

func TestLedgerJob(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	outreach(t, o.County, 257)
	var job ExportJob
	if err := o.call(t, "StartLedger", &job, LedgerForm{Code: "T1", From: "2025-01-01", To: "2025-12-31", Units: []string{}}); err != nil {
		t.Fatal(err)
	}
	var jobs []ExportJob
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if err := o.call(t, "Exports", &jobs); err != nil || time.Now().After(deadline) {
			t.Fatal(err, jobs)
		}
		if len(jobs) == 1 && jobs[0].State == "done" {
			break
		}
	}
	waiting, err := filepath.Glob(filepath.Join(o.dir, "exports", "*"))
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	if raw, err := os.ReadFile(waiting[0]); err != nil || bytes.Contains(raw, []byte("PK\x03\x04")) || bytes.Contains(raw, []byte("xl/worksheets")) {
		t.Error("a ledger lies readable on disk:", err)
	}
	status, body := o.download(t, "/export/made/"+job.ID)
	if status != http.StatusOK {
		t.Fatal(status, string(body))
	}
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := f.CalcCellValue("活动台账", "I3"); got != "257" {
		t.Errorf("the total is %q", got)
	}
	if err := o.call(t, "CancelExport", nil, job.ID); err != nil {
		t.Error(err)
	}
	if status, _ := o.download(t, "/export/made/"+job.ID); status != http.StatusNotFound {
		t.Error("a file that was thrown away is still served")
	}
	if left, err := os.ReadDir(filepath.Join(o.dir, "exports")); err != nil || len(left) != 0 {
		t.Error("files are left", left, err)
	}
}

// What waits to be fetched is sealed; a file that is cut, moved or renamed does not open.
func TestSealedFile(t *testing.T) {
	o := openOffice(t)
	plain := bytes.Repeat([]byte("王建国 13800001234\n"), 40_000) // several frames
	var kept bytes.Buffer
	w := &sealedWriter{replica: o.replica, to: &kept, name: "a"}
	for at := 0; at < len(plain); at += 7001 {
		if _, err := w.Write(plain[at:min(at+7001, len(plain))]); err != nil {
			t.Fatal(err)
		}
	}
	whole := kept.Len()
	if err := w.end(); err != nil || w.size != int64(len(plain)) {
		t.Fatal(w.size, err)
	}
	if bytes.Contains(kept.Bytes(), []byte("13800001234")) {
		t.Error("a telephone number lies readable")
	}
	var got bytes.Buffer
	if err := unseal(o.replica, bytes.NewReader(kept.Bytes()), "a", &got); err != nil || !bytes.Equal(got.Bytes(), plain) {
		t.Errorf("%d of %d bytes come back: %v", got.Len(), len(plain), err)
	}
	forged := slices.Clone(kept.Bytes())
	forged[4] = 1 // the first frame called the last
	for what, raw := range map[string][]byte{"without its end": kept.Bytes()[:whole], "empty": nil, "called whole after its first frame": forged} {
		if err := unseal(o.replica, bytes.NewReader(raw), "a", io.Discard); err == nil {
			t.Error("a file opens that is", what)
		}
	}
	if err := unseal(o.replica, bytes.NewReader(kept.Bytes()), "b", io.Discard); err == nil {
		t.Error("a file opens under another name")
	}
}

func TestWriteReportFromTheConsole(t *testing.T) {
	o := openOffice(t)
	outreach(t, o.County, 257)
	dir := t.TempDir()
	files, err := o.WriteReport(t.Context(), ReportOrder{Kind: "R3", From: "2025-01-01", To: "2025-12-31", Units: []string{"fzzx"}, Out: filepath.Join(dir, "r3.docx"), Ledgers: filepath.Join(dir, "ledgers")})
	if err != nil || len(files) != 13 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		if raw, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(raw, []byte("PK")) {
			t.Errorf("%s: %v", path, err)
		}
	}
	var user *rpc.UserError
	if _, err := o.WriteReport(t.Context(), ReportOrder{Kind: "R3", From: "2025-01-01", To: "2025-12-31", Units: []string{"NOBODY"}, Out: filepath.Join(dir, "x.docx")}); !errors.As(err, &user) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.docx")); err == nil {
		t.Error("a report that was refused left a file")
	}
}

// Beside a running server the command line asks it; a stranger on the machine is refused.
func TestReportBesideARunningServer(t *testing.T) {
	o := openOffice(t)
	outreach(t, o.County, 257)
	dir := t.TempDir()
	if _, err := Open(t.Context(), o.dir, Options{Wall: o.clock.now}); !errors.Is(err, ErrInUse) {
		t.Fatal("the county is open twice:", err)
	}
	order := ReportOrder{Kind: "R3", From: "2025-01-01", To: "2025-12-31", Units: []string{"fzzx"}, Out: filepath.Join(dir, "r3.docx"), Ledgers: filepath.Join(dir, "ledgers")}
	files, err := OrderReport(t.Context(), o.dir, order)
	if err != nil || len(files) != 13 {
		t.Fatal(files, err)
	}
	f, err := excelize.OpenFile(filepath.Join(dir, "ledgers", report.LedgerFile("T1", order.From, order.To)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := f.CalcCellValue("活动台账", "I3"); got != "257" {
		t.Errorf("the total is %q", got)
	}
	var kept []ReportLine
	o.login(t)
	if err := o.call(t, "Reports", &kept); err != nil || len(kept) != 1 || kept[0].By != "命令行" {
		t.Errorf("%+v, %v", kept, err)
	}
	var user *rpc.UserError
	order.Units, order.Out = []string{"NOBODY"}, filepath.Join(dir, "x.docx")
	if _, err := OrderReport(t.Context(), o.dir, order); !errors.As(err, &user) || user.Code != "unit_unknown" {
		t.Error(err)
	}
	if _, err := os.Stat(order.Out); err == nil {
		t.Error("a report that was refused left a file")
	}
	raw, err := os.ReadFile(filepath.Join(o.dir, consoleFile))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(o.dir, consoleFile)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Error("others may read the console's token:", err)
	}
	var there console
	if err := json.Unmarshal(raw, &there); err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+there.Address+"/report", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Error("a stranger is answered:", response.Status)
	}
}
