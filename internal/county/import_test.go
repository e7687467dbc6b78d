package county

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
)

// workbook is an .xlsx of rows.
func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (o *office) upload(t *testing.T, raw []byte) (Uploaded, *rpc.UserError) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, o.secure+"/import/file?name=ledger.xlsx", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Fieldkit", "1")
	response, err := o.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 {
		var user rpc.UserError
		if err := json.Unmarshal(body, &user); err != nil {
			t.Fatal(response.Status, string(body))
		}
		return Uploaded{}, &user
	}
	var up Uploaded
	if err := json.Unmarshal(body, &up); err != nil {
		t.Fatal(err)
	}
	return up, nil
}

func TestImportLedger(t *testing.T) {
	o := openOffice(t)
	o.story(t)
	o.login(t)
	raw := workbook(t, []any{"2024 年活动台账"}, []any{"序号", "日期", "单位", "类别", "地点", "宣传单", "到场人数"},
		[]any{1, "2024-03-15", "城关派出所", "街面宣传", "商业街", 575, 300}, []any{2, "2024/4/12", "CGPCS", "专题讲座", "县一中", "80份", 420}, []any{3, "2024年5月1日", "城关派出所", "街面宣传", "=1+1", 20, ""},
		[]any{4, "昨天", "城关派出所", "街面宣传", "夜市", 5, ""}, []any{5, "2024-05-03", "没有的单位", "街面宣传", "夜市", 5, ""}, []any{6, "2024-05-04", "城关派出所", "跳舞", "夜市", -5, ""})
	up, refused := o.upload(t, raw)
	if refused != nil || up.Rows != 6 || up.Header[4] != "地点" {
		t.Fatal(refused, up)
	}
	form := ImportForm{ID: up.ID, Kind: "activity", Columns: map[string]int64{"on": 1, "unit": 2, "kind": 3, "place": 4, "leaflets": 5, "heads": 6}}
	var plan ImportPlan
	if err := o.call(t, "ImportPreview", &plan, form); err != nil || plan.Fresh != 3 || plan.Bad != 3 || len(plan.Problems) != 3 || plan.Problems[0].Row != 6 || plan.Problems[1].Field != "unit" || !strings.Contains(plan.Problems[2].Message, "跳舞") {
		t.Fatalf("%v %+v", err, plan)
	}
	figures := func() (leaflets, lectures int64) {
		t.Helper()
		var v Overview
		if err := o.call(t, "Overview", &v, OverviewQuery{From: "2024-01-01", To: "2024-12-31"}); err != nil {
			t.Fatal(err)
		}
		return v.Cards[1].Value, v.Cards[2].Value
	}
	if a, b := figures(); a != 0 || b != 0 {
		t.Error("a preview changed figures:", a, b)
	}
	var batch ImportBatch
	if err := o.call(t, "ImportRun", &batch, form); err != nil || batch.Rows != 3 {
		t.Fatal(err, batch)
	}
	if a, b := figures(); a != 675 || b != 1 {
		t.Errorf("after the import: %d leaflets, %d lectures", a, b)
	}
	if err := o.call(t, "ImportPreview", &plan, form); err != nil || plan.Fresh != 0 || plan.Known != 3 {
		t.Error("the same file is new again:", err, plan)
	}
	if err := o.call(t, "ImportRun", nil, form); err == nil {
		t.Error("imported twice")
	}
	if err := o.call(t, "ImportUndo", nil, batch.ID); err != nil {
		t.Fatal(err)
	}
	if a, b := figures(); a != 0 || b != 0 {
		t.Error("undone, and still counted:", a, b)
	}
	if err := o.call(t, "ImportUndo", nil, batch.ID); err == nil {
		t.Error("undone twice")
	}
	if err := o.call(t, "ImportRun", &batch, form); err != nil {
		t.Fatal("what was undone cannot be imported again:", err)
	}
	if a, b := figures(); a != 675 || b != 1 {
		t.Errorf("imported again: %d leaflets, %d lectures", a, b)
	}
	form.Columns = map[string]int64{"on": 1}
	if err := o.call(t, "ImportPreview", nil, form); err == nil || err.Field != "unit" {
		t.Error(err)
	}
	for name, raw := range map[string][]byte{"a text": []byte("hello"), "half a workbook": raw[:len(raw)/2], "an empty table": workbook(t, []any{"日期", "单位", "类别"}), "nothing": {}} {
		if _, refused := o.upload(t, raw); refused == nil || refused.Message == "" {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestImportOtherLedgers(t *testing.T) {
	o := openOffice(t)
	o.story(t)
	o.login(t)
	for kind, c := range map[string]struct {
		rows    [][]any
		columns map[string]int64
		fresh   int64
		bad     int64
	}{
		"consultation": {[][]any{{"日期", "单位", "类型", "进展", "金额"}, {"2024-06-01", "城关派出所", "刷单", "已付款", "3000"}, {"2024-06-01", "城关派出所", "F04", "", ""}, {"2024-06-01", "城关派出所", "F04", "", "500"}}, map[string]int64{"on": 0, "unit": 1, "fraud_type": 2, "stage": 3, "amount": 4}, 2, 1},
		"outcome":      {[][]any{{"日期", "单位", "类别", "编号", "避免损失", "人数"}, {"2024-06-01", "城关派出所", "拦截预警", "QL1", "1.2万", ""}, {"2024-06-02", "城关派出所", "抓获", "A1", "", "3"}, {"2024-06-02", "城关派出所", "抓获", "A2", "500", "3"}}, map[string]int64{"on": 0, "unit": 1, "kind": 2, "ref_no": 3, "averted": 4, "persons": 5}, 2, 1},
		"post":         {[][]any{{"日期", "单位", "渠道", "标题", "次数"}, {"2024-06-01", "城关派出所", "抖音", "警惕刷单", "3"}, {"2024-06-01", "城关派出所", "飞鸽", "警惕刷单", "3"}}, map[string]int64{"on": 0, "unit": 1, "channel": 2, "title": 3, "times": 4}, 1, 1},
		"venue":        {[][]any{{"类别", "名称", "乡镇", "电话"}, {"网吧", "极速网吧", "城关镇", "12800001234"}, {"网吧", "星空网咖", "城关镇", "12"}}, map[string]int64{"kind": 0, "name": 1, "town": 2, "phone": 3}, 1, 1},
	} {
		up, refused := o.upload(t, workbook(t, c.rows...))
		if refused != nil {
			t.Fatal(kind, refused)
		}
		form := ImportForm{ID: up.ID, Kind: kind, Columns: c.columns}
		var plan ImportPlan
		if err := o.call(t, "ImportPreview", &plan, form); err != nil || plan.Fresh != c.fresh || plan.Bad != c.bad {
			t.Errorf("%s: %v %+v", kind, err, plan)
			continue
		}
		if err := o.call(t, "ImportRun", nil, form); err != nil {
			t.Error(kind, err)
		}
	}
	var v Overview
	if err := o.call(t, "Overview", &v, OverviewQuery{From: "2024-01-01", To: "2024-12-31"}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{0, 0, 0, 3, 1, 1_200_000, 3, 2} {
		if v.Cards[i].Value != want {
			t.Errorf("%s: %d, want %d", v.Cards[i].Key, v.Cards[i].Value, want)
		}
	}
}

// A line that stands twice in a table is two records, and the same table is none the second
// time. A post with a link is the one that a kit would have made of it.
func TestEqualLinesOfALedger(t *testing.T) {
	o := openOffice(t)
	o.story(t)
	o.login(t)
	asked := func() int64 {
		t.Helper()
		var v Overview
		if err := o.call(t, "Overview", &v, OverviewQuery{From: "2024-01-01", To: "2024-12-31"}); err != nil {
			t.Fatal(err)
		}
		return v.Cards[7].Value
	}
	line := []any{"2024-06-01", "城关派出所", "刷单"}
	rows := workbook(t, []any{"日期", "单位", "类型"}, line, line, []any{"2024-06-02", "城关派出所", "刷单"})
	for round, want := range []ImportPlan{{Fresh: 3, Alike: 1}, {Known: 3, Alike: 1}} {
		up, refused := o.upload(t, rows)
		if refused != nil {
			t.Fatal(refused)
		}
		form := ImportForm{ID: up.ID, Kind: "consultation", Columns: map[string]int64{"on": 0, "unit": 1, "fraud_type": 2}}
		var plan ImportPlan
		if err := o.call(t, "ImportPreview", &plan, form); err != nil || plan.Fresh != want.Fresh || plan.Known != want.Known || plan.Alike != want.Alike || plan.Bad != 0 {
			t.Errorf("round %d: %+v, %v", round, plan, err)
		}
		if err := o.call(t, "ImportRun", nil, form); (err == nil) != (round == 0) {
			t.Errorf("round %d: %v", round, err)
		}
		if n := asked(); n != 3 {
			t.Errorf("round %d: %d consultations", round, n)
		}
	}
	link := "https://weibo.com/1234567890/AbCdEf?from=page"
	_, canonical, channel := model.PostLink(link)
	up, refused := o.upload(t, workbook(t, []any{"日期", "单位", "渠道", "标题", "链接"}, []any{"2024-06-01", "城关派出所", "微博", "警惕刷单", link}))
	if refused != nil {
		t.Fatal(refused)
	}
	if err := o.call(t, "ImportRun", nil, ImportForm{ID: up.ID, Kind: "post", Columns: map[string]int64{"on": 0, "unit": 1, "channel": 2, "title": 3, "url": 4}}); err != nil {
		t.Fatal(err)
	}
	row, err := o.replica.Get(t.Context(), "post", model.PostID(o.realm, "weibo", canonical))
	if err != nil || row == nil || row.Text("url") != canonical || channel != "weibo" {
		t.Errorf("the post has another id than a kit's: %v, %v, %s", row, err, channel)
	}
}
