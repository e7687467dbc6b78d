package county

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"fieldkit/sync/schema"
)

// fetch asks the interface with a token.
func (o *office) fetch(t *testing.T, token, path string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, o.secure+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	stranger := o.newBrowser(t)
	response, err := stranger.Do(request)
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

func TestInterface(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	street := s.year()
	o.login(t)
	var token Token
	if err := o.call(t, "MakeToken", &token, "数据中台"); err != nil || !strings.HasPrefix(token.Secret, tokenPrefix) {
		t.Fatal(err, token)
	}
	if err := o.call(t, "MakeToken", nil, " "); err == nil {
		t.Error("a token for nobody was made")
	}
	var stored []byte
	if err := o.store.db.QueryRow(`SELECT hash FROM token`).Scan(&stored); err != nil || bytes.Contains(stored, []byte(token.Secret)) || len(stored) != 32 {
		t.Error("the secret lies in the database:", err)
	}

	// Strangers and wrong keys get nothing; a good key reads the interface alone.
	for path, key := range map[string]string{"/api/v1/figures?from=2025-01-01&to=2025-12-31": "", "/api/v1/openapi.json": "fkt_wrong", "/api/v1/records/activity": "x"} {
		if status, body := o.fetch(t, key, path); status != http.StatusUnauthorized {
			t.Errorf("%s with %q: %d %s", path, key, status, body)
		}
	}
	if status, _ := o.fetch(t, token.Secret, "/export/activities.csv?from=2025-01-01&to=2025-12-31"); status != http.StatusUnauthorized {
		t.Error("a token opens the dashboard's export:", status)
	}

	var figures struct{ Figures []APIFigure }
	status, body := o.fetch(t, token.Secret, "/api/v1/figures?from=2025-01-01&to=2025-12-31&code=M02&code=M11")
	if err := json.Unmarshal(body, &figures); err != nil || status != 200 || len(figures.Figures) != 2 || *figures.Figures[0].Value != 459 || figures.Figures[1].Value != nil || figures.Figures[0].Definition == "" {
		t.Error(err, status, string(body))
	}
	var records struct {
		Records []map[string]any
		Next    string
		More    bool
		Reset   bool
		Value   int64
	}
	ask := func(path string) {
		t.Helper()
		records.Records, records.Next = nil, ""
		status, body := o.fetch(t, token.Secret, path)
		if err := json.Unmarshal(body, &records); err != nil || status != 200 {
			t.Fatal(path, err, status, string(body))
		}
		for _, secret := range []string{"王女士", "13812345678", "自称客服", "王建国", "13900001111"} {
			if strings.Contains(string(body), secret) {
				t.Errorf("%s gives away %s", path, secret)
			}
		}
	}
	ask("/api/v1/figures/M02/records?from=2025-01-01&to=2025-12-31")
	if records.Value != 459 || len(records.Records) < 3 {
		t.Error(records)
	}

	// All, page by page; then nothing; then what changed.
	cursor, all := "", 0
	for {
		ask("/api/v1/records/consultation?limit=2&cursor=" + cursor)
		all, cursor = all+len(records.Records), records.Next
		if !records.More {
			break
		}
	}
	if all != 5 {
		t.Errorf("%d consultations, want all 5, the voided one too", all)
	}
	ask("/api/v1/records/consultation?cursor=" + cursor)
	if len(records.Records) != 0 || records.Reset {
		t.Error("nothing changed, and yet:", records)
	}
	id := s.ask(street, "2025-06-07 12:00", "F02")
	ask("/api/v1/records/consultation?cursor=" + records.Next)
	if len(records.Records) != 1 || records.Records[0]["id"] != id.String() || records.Records[0]["fraud_type"] != "F02" || records.Records[0]["occurred_at"] != "2025-06-07T12:00:00.000+08:00" {
		t.Error(records.Records)
	}
	s.void("consultation", id)
	ask("/api/v1/records/consultation?cursor=" + records.Next)
	if len(records.Records) != 1 || records.Records[0]["voided"] != true {
		t.Error("a voided record is not told:", records.Records)
	}
	ask("/api/v1/records/consultation?cursor=1.-1.5")
	if !records.Reset || len(records.Records) != 6 {
		t.Error("a cursor of another generation does not start over:", records)
	}
	ask("/api/v1/records/attendance")
	if len(records.Records) != 4 {
		t.Error(len(records.Records))
	}

	// Other formats, and formula-like text in them.
	if err := o.call(t, "EditRecord", nil, "activity", street.String(), map[string]string{"title": "=HYPERLINK(1)"}); err != nil {
		t.Fatal(err)
	}
	if status, body := o.fetch(t, token.Secret, "/api/v1/records/activity?format=csv"); status != 200 || !bytes.HasPrefix(body, []byte("\ufeff")) || !strings.Contains(string(body), ",'=HYPERLINK(1),") {
		t.Error(status, string(body))
	}
	status, body = o.fetch(t, token.Secret, "/api/v1/records/activity?format=xlsx")
	book, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil || status != 200 {
		t.Fatal(status, err)
	}
	defer book.Close()
	rows, err := book.GetRows("Sheet1")
	if err != nil || len(rows) < 5 || rows[0][0] != "id" {
		t.Error(err, rows)
	}
	for i := range rows {
		for k := range rows[i] {
			cell, _ := excelize.CoordinatesToCellName(k+1, i+1)
			if formula, err := book.GetCellFormula("Sheet1", cell); err != nil || formula != "" {
				t.Error("a formula in", cell, formula, err)
			}
		}
	}

	for _, path := range []string{"/api/v1/figures", "/api/v1/figures?from=2025-01-01&to=2025-12-31&code=M99", "/api/v1/figures?from=2025-01-01&to=2024-12-31", "/api/v1/records/officer", "/api/v1/records/activity?limit=0",
		"/api/v1/records/activity?cursor=1-2", "/api/v1/records/activity?format=pdf", "/api/v1/figures/M99/records?from=2025-01-01&to=2025-12-31"} {
		if status, body := o.fetch(t, token.Secret, path); status != http.StatusBadRequest || !strings.Contains(string(body), "message") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}

	// The description names every path that answers.
	status, body = o.fetch(t, token.Secret, "/api/v1/openapi.json")
	var described struct {
		OpenAPI string
		Paths   map[string]any
	}
	if err := json.Unmarshal(body, &described); err != nil || status != 200 || described.OpenAPI != "3.1.0" || len(described.Paths) != 3+len(apiTables) {
		t.Error(err, status, len(described.Paths))
	}
	for path := range described.Paths {
		path = strings.Replace(path, "{code}", "M02", 1)
		if status, body := o.fetch(t, token.Secret, path+"?from=2025-01-01&to=2025-01-31"); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}

	if err := o.call(t, "RevokeToken", nil, token.ID); err != nil {
		t.Fatal(err)
	}
	if status, _ := o.fetch(t, token.Secret, "/api/v1/codes"); status != http.StatusUnauthorized {
		t.Error("a revoked token is good:", status)
	}
	if err := o.call(t, "RevokeToken", nil, token.ID); err == nil {
		t.Error("revoked twice")
	}
}

// Who acts on an indicator hears that it proved innocent, and is told its value no more.
func TestInterfaceTellsOfInnocentIndicators(t *testing.T) {
	o := openOffice(t)
	s := o.story(t)
	o.login(t)
	var token Token
	if err := o.call(t, "MakeToken", &token, "数据中台"); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"reported": "17000000001", "cleared": "17000000002", "spoofed": "17000000003"}
	ids := map[string]string{}
	for status, value := range values {
		ids[s.put("indicator", schema.Values{"kind": "phone", "value": value, "status": status}).String()] = status
	}
	status, body := o.fetch(t, token.Secret, "/api/v1/records/indicator")
	var page struct{ Records []map[string]any }
	if err := json.Unmarshal(body, &page); err != nil || status != 200 || len(page.Records) != len(values) {
		t.Fatal(err, status, string(body))
	}
	for _, r := range page.Records {
		want, known := ids[r["id"].(string)]
		if !known || r["status"] != want || r["kind"] != "phone" || (r["value"] == nil) != (want != "reported") {
			t.Error(r)
		}
	}
	if strings.Contains(string(body), values["cleared"]) || strings.Contains(string(body), values["spoofed"]) {
		t.Error("an innocent number is told:", string(body))
	}
}
