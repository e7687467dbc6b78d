package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Exports makes files and prints of lists. Each is noted in the export log, which
// the county reads. On a kit personal fields are always masked.
type Exports struct {
	s     *Session
	lists map[string]lister
}

// lister makes a sheet of a list by its query, JSON as the list's own call takes it.
type lister func(query json.RawMessage) (Sheet, error)

// ExportRequest says what of which list is wanted.
type ExportRequest struct {
	List   string `json:"list"`   // see NewExports
	Format string `json:"format"` // xlsx, csv, print
	Query  string `json:"query"`  // JSON of the list's query, as it is shown; its page does not count
}

// ExportFile is a finished file.
type ExportFile struct {
	Name  string `json:"name"`
	Type  string `json:"type"` // media type
	Data  []byte `json:"data"`
	Rows  int    `json:"rows"`
	Saved string `json:"saved"` // where it was written, "" when the screen saves it
}

// maxExported bounds an export.
const maxExported = 200_000

// NewExports makes the service over the lists that can be exported.
func NewExports(s *Session) *Exports {
	e := &Exports{s: s}
	e.lists = map[string]lister{
		"consultation": e.consultations, "indicator": e.indicators, "post": e.posts, "outcome": e.outcomes, "case_digest": e.digests, "slogan": e.slogans,
		"venue": e.venues, "activity": e.activities, "meeting": e.meetings, "attendance": e.attendance, "rates": e.rates, "household": e.households,
		"stock": e.stock, "stock_move": e.moves, "tally": e.tallies, "plan": e.plan, "placement": e.placements, "inspection": e.inspections,
		"cluster": e.clusters, "trend": e.trend,
	}
	return e
}

// Print is a list as a sheet to be printed.
func (e *Exports) Print(q ExportRequest) (Sheet, error) {
	sheet, err := e.sheet(q)
	if err != nil {
		return sheet, err
	}
	return sheet, e.log("print", q, len(sheet.Rows))
}

// Make is a list as a file; the screen saves it.
func (e *Exports) Make(q ExportRequest) (ExportFile, error) {
	sheet, err := e.sheet(q)
	if err != nil {
		return ExportFile{}, err
	}
	out := ExportFile{Rows: len(sheet.Rows), Name: fmt.Sprintf("%s-%s.%s", sheet.Title, day(sheet.At), q.Format)}
	switch q.Format {
	case "csv":
		out.Data, out.Type = sheet.csv(), "text/csv"
	case "xlsx":
		out.Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		if out.Data, err = sheet.xlsx(); err != nil {
			return ExportFile{}, err
		}
	default:
		return ExportFile{}, refuse("format", "没有这种格式。", "There is no such format.")
	}
	return out, e.log(q.Format, q, out.Rows)
}

// Save writes the file into the officer's download folder: in the desktop window a
// page cannot.
func (e *Exports) Save(q ExportRequest) (ExportFile, error) {
	file, err := e.Make(q)
	if err != nil {
		return file, err
	}
	dir, err := downloads()
	if err != nil {
		return file, err
	}
	base, ext := strings.TrimSuffix(file.Name, filepath.Ext(file.Name)), filepath.Ext(file.Name)
	for n := 1; n < 1000; n++ {
		path := filepath.Join(dir, file.Name)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			file.Name = fmt.Sprintf("%s(%d)%s", base, n, ext)
			continue
		}
		if err != nil {
			return file, refuse("format", "下载文件夹写不进去，没有导出。请检查磁盘。", "The download folder cannot be written to; nothing was exported. Please check the disk.")
		}
		_, err = f.Write(file.Data)
		if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
			_ = os.Remove(path)
			return file, e.s.explain(err)
		}
		file.Saved, file.Data = path, nil
		return file, nil
	}
	return file, refuse("format", "下载文件夹里同名的文件太多了，请先清理。", "There are too many files of this name in the download folder; tidy it first.")
}

// downloads is the officer's download folder, the home folder when there is none.
func downloads() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	for _, name := range []string{"Downloads", "下载"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name), nil
		}
	}
	return home, nil
}

func (e *Exports) sheet(q ExportRequest) (Sheet, error) {
	list := e.lists[q.List]
	if list == nil {
		return Sheet{}, refuse("list", "这个列表不能导出。", "This list cannot be exported.")
	}
	if q.Query == "" {
		q.Query = "{}"
	}
	r, err := e.s.open()
	if err != nil {
		return Sheet{}, err
	}
	sheet, err := list(json.RawMessage(q.Query))
	if err != nil {
		return Sheet{}, err
	}
	if len(sheet.Rows) > maxExported {
		return Sheet{}, refuse("list", "一次最多导出 20 万行，请缩小范围。", "At most 200,000 rows are exported at once; narrow the list.")
	}
	// Every sheet begins with a running number.
	sheet.Columns = append([]SheetColumn{{Name: "序号", Width: 6}}, sheet.Columns...)
	for i := range sheet.Rows {
		sheet.Rows[i] = append([]any{int64(i + 1)}, sheet.Rows[i]...)
	}
	sheet.total()
	d := e.s.directory(r)
	unit, err := d.name("unit", e.s.Unit())
	if err != nil {
		return Sheet{}, err
	}
	officer, err := d.name("officer", e.s.Officer())
	if err != nil {
		return Sheet{}, err
	}
	sheet.At, sheet.By = r.Wall().UnixMilli(), strings.Trim(unit.Name+" "+officer.Name, " ")
	return sheet, nil
}

// log notes an export: what, by whom, how many rows; never what was in it.
func (e *Exports) log(format string, q ExportRequest, rows int) error {
	return e.s.update(func(tx *replica.Tx) error {
		what := fmt.Sprintf("%s %s %d", q.List, format, rows)
		if utf8.RuneCountInString(what) > 60 {
			what = clip(what, 60)
		}
		return tx.Put("export_log", tx.NewID(), e.s.created(tx, schema.Values{"at": tx.Now().UnixMilli(), "officer_id": e.s.Officer(), "what": what, "with_personal": false}))
	})
}

func decode[T any](raw json.RawMessage) (T, error) {
	var q T
	if err := json.Unmarshal(raw, &q); err != nil {
		return q, refuse("query", "筛选条件看不懂，请重新打开列表再导出。", "The filter is not understood; open the list again and export once more.")
	}
	return q, nil
}

func yesNo(b bool) string { return map[bool]string{true: "是", false: "否"}[b] }

func closedText(at int64) string {
	if at == 0 {
		return "未办结"
	}
	return minute(at)
}

func (e *Exports) consultations(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "咨询", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "活动", Width: 24}, {Name: "来源", Width: 10}, {Name: "诈骗类型", Width: 18}, {Name: "渠道", Width: 20}, {Name: "年龄段", Width: 10}, {Name: "进展", Width: 12},
		{Name: "涉及金额(元)", Width: 14, Money: true, Sum: true}, {Name: "损失金额(元)", Width: 14, Money: true, Sum: true}, {Name: "处理结果", Width: 14}, {Name: "办结", Width: 17}, {Name: "要素完整", Width: 9}, {Name: "称呼", Width: 8}, {Name: "电话", Width: 14}, {Name: "警情编号", Width: 18}}, Rows: [][]any{}}
	q, err := decode[ConsultationQuery](raw)
	if err != nil {
		return sheet, err
	}
	r, err := e.s.open()
	if err != nil {
		return sheet, err
	}
	q.Offset, q.Limit = 0, maxExported+1
	c := &Consultations{s: e.s}
	rows, _, err := c.find(r, q)
	if err != nil {
		return sheet, err
	}
	items, err := c.present(r, rows)
	if err != nil {
		return sheet, err
	}
	for _, i := range items {
		sheet.Rows = append(sheet.Rows, []any{minute(i.OccurredAt), i.Activity.Name, e.s.codes().label("source", i.Source), e.s.codes().label("fraud_type", i.FraudType), e.s.codes().labels("channel", i.Channels), e.s.codes().label("age_band", i.AgeBand), e.s.codes().label("stage", i.Stage),
			i.AtRiskFen, i.LossFen, e.s.codes().label("outcome", i.Outcome), closedText(i.ClosedAt), yesNo(i.ElementsOK), masked(i.PersonLabel), model.MaskPhone(i.Phone), i.AlarmNo})
	}
	return sheet, nil
}

func (e *Exports) indicators(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "线索", Columns: []SheetColumn{{Name: "类别", Width: 12}, {Name: "值", Width: 36}, {Name: "平台", Width: 16}, {Name: "命中", Width: 8}, {Name: "首次", Width: 12}, {Name: "末次", Width: 12}, {Name: "涉及类型", Width: 30}, {Name: "状态", Width: 12}}, Rows: [][]any{}}
	q, err := decode[LeadQuery](raw)
	if err != nil {
		return sheet, err
	}
	q.Offset, q.Limit = 0, 100_000
	page, err := NewIndicators(e.s).List(q)
	for _, l := range page.Items {
		if model.PublicIndicator(l.Status) { // a spoofed or cleared number may be an innocent's
			sheet.Rows = append(sheet.Rows, []any{e.s.codes().label("indicator_kind", l.Kind), l.Display, l.Platform, int64(l.Hits), day(l.FirstAt), day(l.LastAt), e.s.codes().labels("fraud_type", l.FraudTypes), e.s.codes().label("indicator_status", l.Status)})
		}
	}
	return sheet, err
}

func (e *Exports) posts(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "网上发布", Columns: []SheetColumn{{Name: "日期", Width: 17}, {Name: "渠道", Width: 12}, {Name: "账号", Width: 16}, {Name: "标题", Width: 40}, {Name: "次数", Width: 8, Sum: true}, {Name: "阅读量", Width: 10, Sum: true}, {Name: "目的", Width: 10}, {Name: "链接", Width: 36}}, Rows: [][]any{}}
	q, err := decode[PostQuery](raw)
	if err != nil {
		return sheet, err
	}
	q.Offset, q.Limit = 0, 100_000
	page, err := NewPosts(e.s).List(q)
	for _, p := range page.Items {
		sheet.Rows = append(sheet.Rows, []any{minute(p.PostedAt), e.s.codes().label("post_channel", p.Channel), p.Account, p.Title, p.Count, p.Reads, e.s.codes().label("post_purpose", p.Purpose), p.URL})
	}
	return sheet, err
}

func (e *Exports) outcomes(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "成效", Columns: []SheetColumn{{Name: "日期", Width: 12}, {Name: "类别", Width: 12}, {Name: "编号", Width: 20}, {Name: "途径", Width: 12}, {Name: "避免损失(元)", Width: 14, Money: true, Sum: true}, {Name: "挽回(元)", Width: 14, Money: true, Sum: true}, {Name: "人数", Width: 8, Sum: true}, {Name: "配合单位", Width: 24}, {Name: "备注", Width: 30}}, Rows: [][]any{}}
	q, err := decode[OutcomeQuery](raw)
	if err != nil {
		return sheet, err
	}
	q.Offset, q.Limit = 0, 100_000
	page, err := NewOutcomes(e.s).List(q)
	for _, o := range page.Items {
		partners := make([]string, len(o.PartnerNames))
		for i, n := range o.PartnerNames {
			partners[i] = n.Name
		}
		sheet.Rows = append(sheet.Rows, []any{o.OccurredOn, e.s.codes().label("outcome_kind", o.Kind), o.RefNo, e.s.codes().label("outcome_source", o.Source), o.AvertedFen, o.RecoveredFen, o.Persons, strings.Join(partners, "、"), o.Note})
	}
	return sheet, err
}

func (e *Exports) digests(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "典型案例", Columns: []SheetColumn{{Name: "题目", Width: 30}, {Name: "类型", Width: 20}, {Name: "状态", Width: 10}, {Name: "发布", Width: 12}, {Name: "引用", Width: 8}, {Name: "短文", Width: 60}}, Rows: [][]any{}}
	q, err := decode[DigestQuery](raw)
	if err != nil {
		return sheet, err
	}
	list, err := NewDigests(e.s).List(q)
	for _, g := range list {
		article := g.Article
		if len(g.Blemishes) > 0 {
			article = model.Anonymous(article)
		}
		sheet.Rows = append(sheet.Rows, []any{g.Title, e.s.codes().labels("fraud_type", g.FraudTypes), e.s.codes().label("digest_state", g.State), day(g.ReleasedAt), int64(g.Posts), article})
	}
	return sheet, err
}

func (e *Exports) slogans(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "标语", Columns: []SheetColumn{{Name: "日期", Width: 12}, {Name: "标语", Width: 50}, {Name: "来源案例", Width: 30}, {Name: "引用", Width: 8}}, Rows: [][]any{}}
	list, err := NewDigests(e.s).Slogans("")
	for _, s := range list {
		sheet.Rows = append(sheet.Rows, []any{day(s.At), s.Text, s.Digest.Name, int64(s.Posts)})
	}
	return sheet, err
}

func (e *Exports) venues(raw json.RawMessage) (Sheet, error) {
	sheet := Sheet{Title: "场所", Columns: []SheetColumn{{Name: "类别", Width: 12}, {Name: "名称", Width: 30}, {Name: "乡镇", Width: 12}, {Name: "地址", Width: 36}, {Name: "许可证号", Width: 18}, {Name: "机位数", Width: 8, Sum: true}, {Name: "状态", Width: 8}, {Name: "负责人", Width: 10}, {Name: "电话", Width: 14}}, Rows: [][]any{}}
	q, err := decode[VenueQuery](raw)
	if err != nil {
		return sheet, err
	}
	q.Limit = 2000
	list, err := NewVenues(e.s).List(q)
	for _, v := range list {
		sheet.Rows = append(sheet.Rows, []any{e.s.codes().label("venue_kind", v.Kind), v.Name, v.Town, v.Address, v.LicenceNo, v.Seats, e.s.codes().label("venue_state", v.State), masked(v.ContactName), model.MaskPhone(v.ContactPhone)})
	}
	return sheet, err
}
