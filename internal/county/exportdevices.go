package county

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
)

var standingName = map[string]string{"in": "已收齐", "waiting": "在路上", "silent": "失联", "never": "未同步", deviceLost: "已遗失", deviceRetired: "已停用"}

// exportDevices answers GET /export/devices.xlsx: whom to telephone, those silent
// longest first. It names units and computers, no citizen.
func (c *County) exportDevices(w http.ResponseWriter, r *http.Request, v *visit) {
	fail := func(err error) {
		c.log.Error("export", "what", "devices", "err", err)
		http.Error(w, "导出失败，请稍后再试。", http.StatusInternalServerError)
	}
	names, err := c.names(r.Context())
	if err != nil {
		fail(err)
		return
	}
	list, err := c.deviceList(r.Context(), names)
	if err != nil {
		fail(err)
		return
	}
	if err := c.store.record(r.Context(), entry{Actor: v.account.Name, Action: "export", Subject: "devices", Address: v.address}); err != nil {
		fail(err)
		return
	}
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "电话名单"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		fail(err)
		return
	}
	rows := [][]any{{"单位", "电脑", "状态", "最近同步", "几天没来", "待传(条)", "时钟偏差(分)", "剩余空间(MB)", "版本", "单位电话", "通话记录"}}
	now := c.store.now()
	for _, standing := range []string{"silent", "waiting", "never", "in", deviceLost, deviceRetired} {
		for _, d := range list {
			if d.Standing != standing {
				continue
			}
			seen, silent := "从未", int64(0)
			if d.LastSeen > 0 {
				seen = time.UnixMilli(d.LastSeen).In(model.Location).Format("2006-01-02 15:04")
			}
			if last := max(d.LastSeen, d.EnrolledAt); now > last {
				silent = (now - last) / dayMillis
			}
			rows = append(rows, []any{d.Unit, d.Label, standingName[standing], seen, silent, d.Waiting, d.ClockMs / 60_000, megabytes(d.Free), d.Version, d.Phone, ""})
		}
	}
	for i, row := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprint("A", i+1), &row); err != nil {
			fail(err)
			return
		}
	}
	for column, width := range map[string]float64{"A": 24, "D": 18, "J": 16, "K": 28} {
		if err := f.SetColWidth(sheet, column, column, width); err != nil {
			fail(err)
			return
		}
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="devices.xlsx"; filename*=UTF-8''`+url.PathEscape("同步电话名单_"+localDate(now)+".xlsx"))
	if err := f.Write(w); err != nil {
		c.log.Debug("export: the browser went away", "err", err)
	}
}

// megabytes of a disk; nothing when it is not known.
func megabytes(bytes int64) any {
	if bytes < 0 {
		return nil
	}
	return bytes >> 20
}
