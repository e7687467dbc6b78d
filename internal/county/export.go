package county

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
)

// ledger is one CSV export: the same records as the list of the same query.
type ledger struct {
	table, name string // name of the file, in Chinese
	header      []string
	cells       func(r *RecordLine, names model.Names) []string
}

var ledgers = map[string]ledger{
	"activities": {"activity", "活动台账", []string{"日期", "时间", "单位", "类别", "名称或地点", "宣传单(份)", "咨询(人次)", "签到(人)", "状态", "录入人", "电脑"},
		func(r *RecordLine, names model.Names) []string {
			return []string{localDate(r.At), localTime(r.At), r.Unit, names.Label("activity_kind", r.Kind), r.Title, decimal(r.Leaflets), decimal(r.Consultations),
				decimal(r.Attendance), names.Label("activity_state", r.State), r.Officer, r.Device}
		}},
	"leaflets": {"handout", "发放台账", []string{"日期", "单位", "活动类别", "活动", "物料", "数量", "电脑"},
		func(r *RecordLine, names model.Names) []string {
			return []string{localDate(r.At), r.Unit, names.Label("activity_kind", r.Kind), r.Org, r.Title, decimal(r.Qty), r.Device}
		}},
	"consultations": {"consultation", "咨询台账", []string{"日期", "时间", "单位", "活动", "诈骗类型", "进展", "年龄段", "涉及金额(元)", "处理结果", "受理人", "电脑"},
		func(r *RecordLine, names model.Names) []string {
			return []string{localDate(r.At), localTime(r.At), r.Unit, r.Title, names.Label("fraud_type", r.FraudType), names.Label("stage", r.Stage), names.Label("age_band", r.AgeBand),
				yuan(r.AmountFen), names.Label("outcome", r.Outcome), r.Officer, r.Device}
		}},
	"attendance": {"attendance", "签到台账", []string{"日期", "召集单位", "活动类别", "网吧或单位", "姓名", "岗位", "电话", "签到时间", "来源"},
		func(r *RecordLine, names model.Names) []string {
			signed := ""
			if r.SignedAt > 0 {
				signed = localTime(r.SignedAt)
			}
			return []string{localDate(r.At), r.Unit, names.Label("activity_kind", r.Kind), r.Org, r.Title, names.Label("role", r.Role), r.Phone, signed, sourceName[r.Source]}
		}},
}

var sourceName = map[string]string{"roster": "名册", "walk_in": "现场补登"}

func localDate(ms int64) string { return time.UnixMilli(ms).In(model.Location).Format(dateLayout) }
func localTime(ms int64) string { return time.UnixMilli(ms).In(model.Location).Format("15:04") }
func decimal(n int64) string    { return strconv.FormatInt(n, 10) }

// yuan prints fen with two decimals; nothing for zero.
func yuan(fen int64) string {
	if fen == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// export answers GET /export/{name}.csv?from=…&to=…&unit=…&… with the records
// that the list of the same query shows. Personal fields are masked. Each
// export is in the audit log.
func (c *County) export(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r.Context())
	if r.PathValue("file") == "devices.xlsx" && v != nil && v.account != nil {
		c.exportDevices(w, r, v)
		return
	}
	name, isCSV := strings.CutSuffix(r.PathValue("file"), ".csv")
	l, known := ledgers[name]
	if !isCSV || !known || v == nil || v.account == nil {
		http.NotFound(w, r)
		return
	}
	ask := r.URL.Query()
	q := RecordQuery{Table: l.table, From: ask.Get("from"), To: ask.Get("to"), Units: ask["unit"], Kind: ask.Get("kind"), Only: ask.Get("only"),
		FraudType: ask.Get("fraud_type"), ActivityID: ask.Get("activity"), Hours: ask.Get("hours"), Venue: ask.Get("venue"), Place: ask.Get("place")}
	q.Units = v.within(q.Units)
	first, names, err := c.firstPage(r.Context(), q)
	if err != nil {
		var user *rpc.UserError
		if errors.As(err, &user) {
			http.Error(w, user.Message, http.StatusBadRequest)
			return
		}
		c.log.Error("export", "what", name, "err", err)
		http.Error(w, "导出失败，请稍后再试。", http.StatusInternalServerError)
		return
	}
	if err := c.store.record(r.Context(), entry{Actor: v.account.Name, Action: "export", Subject: name, Address: v.address, Detail: q.From + "–" + q.To}); err != nil {
		c.log.Error("export", "what", name, "err", err)
		http.Error(w, "导出失败，请稍后再试。", http.StatusInternalServerError)
		return
	}
	file := l.name
	if q.From != "" {
		file += "_" + q.From + "_" + q.To
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.csv"; filename*=UTF-8''%s`, name, url.PathEscape(file+".csv")))
	csv := newCSV(w)
	csv.row(append([]string{"序号"}, l.header...)...)
	for page, serial := first, 0; ; {
		for i := range page.Rows {
			serial++
			csv.row(append([]string{strconv.Itoa(serial)}, l.cells(&page.Rows[i], names.codes)...)...)
		}
		if page.Next == "" || csv.err != nil {
			break
		}
		q.Cursor = page.Next
		if page, err = c.recordPage(r.Context(), q, exportPage, names); err != nil {
			c.log.Error("export", "what", name, "err", err)
			panic(http.ErrAbortHandler) // a file cut short must not look whole
		}
	}
	if err := csv.flush(); err != nil {
		c.log.Debug("export: the browser went away", "err", err)
	}
}

const exportPage = 500

func (c *County) firstPage(ctx context.Context, q RecordQuery) (RecordPage, *nameBook, error) {
	names, err := c.names(ctx)
	if err != nil {
		return RecordPage{}, nil, err
	}
	page, err := c.recordPage(ctx, q, exportPage, names)
	return page, names, err
}
