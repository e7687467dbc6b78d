package county

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// ImportField is one thing that a ledger's column can hold.
type ImportField struct {
	Name   string   `json:"name"`
	ZH     string   `json:"zh"`
	EN     string   `json:"en"`
	Needed bool     `json:"needed"`
	Hints  []string `json:"hints"` // column names that it is recognised by
}

// importKind is a ledger that can be imported.
type importKind struct {
	fields []ImportField
	// row turns cells into what is to be written; the lookups are the importer's.
	row func(*importer, map[string]string) ([]importWrite, error)
}

// importWrite is one row of one table. A row that is there already is left as it is.
type importWrite struct {
	table  string
	id     schema.ID
	values schema.Values
	counts map[string]int64 // counters
	main   bool             // what the ledger's line stands for
}

func field(name, zh, en string, needed bool, hints ...string) ImportField {
	return ImportField{Name: name, ZH: zh, EN: en, Needed: needed, Hints: append([]string{zh}, hints...)}
}

var importKinds = map[string]importKind{
	"activity": {[]ImportField{
		field("on", "日期", "Date", true, "时间", "活动日期", "date"), field("unit", "单位", "Unit", true, "主办单位", "unit"), field("kind", "类别", "Kind", true, "活动类别", "类型"),
		field("place", "地点", "Place", true, "地点或名称", "名称或地点", "名称", "活动名称"), field("leaflets", "宣传单", "Leaflets", false, "宣传单(份)", "发放宣传单", "份数"), field("heads", "到场人数", "Heads", false, "人数", "参加人数"),
		field("elders", "老年人数", "Elderly", false, "60岁以上"), field("quick", "咨询", "Quick advice", false, "咨询人次", "咨询(人次)")}, importActivity},
	"consultation": {[]ImportField{
		field("on", "日期", "Date", true, "时间", "咨询日期"), field("unit", "单位", "Unit", true, "受理单位"), field("fraud_type", "诈骗类型", "Fraud type", true, "类型"), field("age_band", "年龄段", "Age band", false, "年龄"),
		field("stage", "进展", "Stage", false), field("outcome", "处理结果", "Result", false, "结果"), field("amount", "涉及金额", "Amount", false, "金额", "涉及金额(元)"), field("town", "乡镇", "Town", false), field("alarm_no", "警情编号", "Alarm number", false, "编号")}, importConsultation},
	"outcome": {[]ImportField{
		field("on", "日期", "Date", true, "时间"), field("unit", "单位", "Unit", true, "主办单位"), field("kind", "类别", "Kind", true, "成效类别"), field("ref_no", "编号", "Number", false, "警情编号", "警情号", "案号"), field("source", "途径", "Source", false),
		field("averted", "避免损失", "Loss averted", false, "避免损失(元)", "避免损失金额"), field("recovered", "挽回", "Recovered", false, "挽回损失", "挽回(元)"), field("persons", "人数", "People", false, "抓获人数")}, importOutcome},
	"post": {[]ImportField{
		field("on", "日期", "Date", true, "发布日期", "时间"), field("unit", "单位", "Unit", true, "发布单位"), field("channel", "渠道", "Channel", true, "平台"), field("title", "标题", "Title", true, "内容"), field("url", "链接", "Link", false, "网址"),
		field("times", "次数", "Times", false, "发布次数"), field("reads", "阅读量", "Reads", false)}, importPost},
	"venue": {[]ImportField{
		field("kind", "类别", "Kind", true, "场所类别"), field("name", "名称", "Name", true, "场所名称", "网吧名称", "单位名称"), field("town", "乡镇", "Town", true, "镇", "所在乡镇"), field("address", "地址", "Address", false),
		field("licence", "许可证号", "Licence", false, "许可证"), field("contact", "负责人", "Contact", false, "联系人"), field("phone", "电话", "Telephone", false, "联系电话")}, importVenue},
}

// cellError says what is wrong with one cell.
type cellError struct{ field, zh, en string }

func (e *cellError) Error() string { return e.en }

func bad(field, zh, en string) error { return &cellError{field, zh, en} }

// day reads a date as ledgers write it: 2025-3-1, 2025/03/01, 2025.3.1, 2025年3月1日 or Excel's serial number.
func day(cells map[string]string, name string) (time.Time, error) {
	text := cells[name]
	tidy := strings.Trim(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(text), "- ")
	if date, _, ok := strings.Cut(tidy, " "); ok {
		tidy = date
	}
	if t, err := time.ParseInLocation("2006-1-2", tidy, model.Location); err == nil && t.Year() >= 2000 && t.Year() <= 2100 {
		return t, nil
	}
	if t, err := time.ParseInLocation("1-2-06", tidy, model.Location); err == nil && t.Year() >= 2000 {
		return t, nil // Excel's own short form
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 36_526 && n < 73_051 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, model.Location).AddDate(0, 0, int(n)), nil
	}
	return time.Time{}, bad(name, "“"+text+"”不是日期，写成 2025-03-01 这样。", "“"+text+"” is no date; write 2025-03-01.")
}

// code finds a code by its label, its code or an alias.
func (im *importer) code(cells map[string]string, name, table, fallback string) (string, error) {
	text := model.Norm(cells[name])
	if text == "" {
		if fallback == "" {
			return "", bad(name, "这一格不能空。", "This cell is needed.")
		}
		return fallback, nil
	}
	for _, c := range im.settings.CodesOf(table, true) {
		if model.Norm(c.Code) == text || model.Norm(c.ZH) == text || model.Norm(c.EN) == text {
			return c.Code, nil
		}
		for _, alias := range c.Aliases {
			if model.Norm(alias) == text {
				return c.Code, nil
			}
		}
	}
	return "", bad(name, "“"+cells[name]+"”不在代码表里。", "“"+cells[name]+"” is in no code table.")
}

func (im *importer) unit(cells map[string]string) (schema.ID, error) {
	text := model.Norm(cells["unit"])
	if id, ok := im.units[text]; ok && text != "" {
		return id, nil
	}
	return schema.Nil, bad("unit", "名册里没有单位“"+cells["unit"]+"”，请先在名册里建。", "There is no unit “"+cells["unit"]+"”; add it to the register first.")
}

func whole(cells map[string]string, name string, limit int64) (int64, error) {
	text := strings.NewReplacer(",", "", "，", "", " ", "", "份", "", "人", "", "次", "").Replace(cells[name])
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64)
	if err != nil || n < 0 || n > limit {
		return 0, bad(name, fmt.Sprintf("“%s”不是 0 到 %d 的整数。", cells[name], limit), fmt.Sprintf("“%s” is no whole number from 0 to %d.", cells[name], limit))
	}
	return n, nil
}

func money(cells map[string]string, name string) (int64, error) {
	fen, err := model.Amount(name, "金额", "The amount", cells[name])
	if err != nil {
		return 0, bad(name, "“"+cells[name]+"”不是金额，写成 3000、3000.50 或 1.2万。", "“"+cells[name]+"” is no amount; write 3000, 3000.50 or 1.2w.")
	}
	return fen, nil
}

func short(cells map[string]string, name string, limit int, needed bool) (string, error) {
	text := cells[name]
	if needed && text == "" {
		return "", bad(name, "这一格不能空。", "This cell is needed.")
	}
	if n := len([]rune(text)); n > limit {
		return "", bad(name, fmt.Sprintf("最多 %d 个字，现在 %d 个。", limit, n), fmt.Sprintf("At most %d characters; this has %d.", limit, n))
	}
	return text, nil
}

// derived is the id of a line that has no number of its own: the same table imported twice
// is the same records, and a line that stands in it twice is two.
func (im *importer) derived(kind string, cells map[string]string) schema.ID {
	sum := sha256.Sum256(fmt.Append(nil, cells)) // fmt prints maps in the order of their keys
	parts := []string{kind, hex.EncodeToString(sum[:])}
	if n := im.nth(strings.Join(parts, "/")); n > 1 {
		parts = append(parts, strconv.Itoa(n))
	}
	return schema.Derive(im.realm, "import", parts...)
}

// nth counts the lines of the table that say the same.
func (im *importer) nth(key string) int {
	if im.times[key]++; im.times[key] > 1 {
		im.alike++
	}
	return im.times[key]
}

// first gives the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func importActivity(im *importer, cells map[string]string) ([]importWrite, error) {
	on, err1 := day(cells, "on")
	unit, err2 := im.unit(cells)
	kind, err3 := im.code(cells, "kind", "activity_kind", "")
	place, err4 := short(cells, "place", 60, true)
	leaflets, err5 := whole(cells, "leaflets", 1_000_000)
	heads, err6 := whole(cells, "heads", 100_000)
	elders, err7 := whole(cells, "elders", 100_000)
	quick, err8 := whole(cells, "quick", 100_000)
	if err := first(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		return nil, err
	}
	if leaflets > 0 && im.leaflet.IsNil() {
		return nil, bad("leaflets", "物料名册里没有宣传单，请先建一种。", "The register has no leaflet; add one first.")
	}
	start := on.Add(9 * time.Hour)
	nth := im.nth(strings.Join([]string{"activity", kind, model.Date(on), unit.String(), model.Norm(place)}, "/"))
	id := model.ActivityID(im.realm, kind, model.Date(on), unit, model.Place{Text: place}, "AM", nth)
	values := schema.Values{"kind": kind, "state": "done", "start_at": start.UnixMilli(), "lead_unit_id": unit, "place_text": place}
	if heads > 0 {
		values["heads_stated"] = heads
	}
	if elders > 0 {
		values["elder_heads"] = elders
	}
	writes := []importWrite{{table: "activity", id: id, values: values, counts: map[string]int64{"consult_quick": quick}, main: true}}
	if leaflets > 0 {
		writes = append(writes, importWrite{table: "handout", id: model.HandoutID(im.realm, id, im.leaflet), values: schema.Values{"activity_id": id, "material_id": im.leaflet}, counts: map[string]int64{"qty": leaflets}})
	}
	return writes, nil
}

func importConsultation(im *importer, cells map[string]string) ([]importWrite, error) {
	on, err1 := day(cells, "on")
	unit, err2 := im.unit(cells)
	fraud, err3 := im.code(cells, "fraud_type", "fraud_type", "")
	age, err4 := im.code(cells, "age_band", "age_band", "A0")
	stage, err5 := im.code(cells, "stage", "stage", "G0")
	outcome, err6 := im.code(cells, "outcome", "outcome", "K1")
	amount, err7 := money(cells, "amount")
	town, err8 := short(cells, "town", 20, false)
	alarm, err9 := short(cells, "alarm_no", 30, false)
	if err := first(err1, err2, err3, err4, err5, err6, err7, err8, err9); err != nil {
		return nil, err
	}
	at := on.Add(9 * time.Hour).UnixMilli()
	of := model.ActivityID(im.realm, "desk_shift", model.Date(on), unit, model.Place{Text: "台账导入"}, "AM", 1)
	values := schema.Values{"activity_id": of, "occurred_at": at, "fraud_type": fraud, "age_band": age, "stage": stage, "outcome": outcome, "source": "call_110"}
	if amount > 0 {
		switch stage {
		case "G3":
			values["loss_fen"] = amount
		case "G1", "G2":
			values["at_risk_fen"] = amount
		default:
			return nil, bad("amount", "“仅咨询”没有金额；请写进展。", "A question alone has no amount; give the stage.")
		}
	}
	if town != "" {
		values["town"] = town
	}
	if alarm != "" {
		values["alarm_no"] = alarm
	}
	return []importWrite{
		{table: "activity", id: of, values: schema.Values{"kind": "desk_shift", "state": "done", "start_at": at, "lead_unit_id": unit, "place_text": "台账导入"}},
		{table: "consultation", id: im.derived("consultation", cells), values: values, main: true},
	}, nil
}

func importOutcome(im *importer, cells map[string]string) ([]importWrite, error) {
	on, err1 := day(cells, "on")
	unit, err2 := im.unit(cells)
	kind, err3 := im.code(cells, "kind", "outcome_kind", "")
	ref, err4 := short(cells, "ref_no", 30, false)
	source, err5 := "", error(nil)
	if cells["source"] != "" {
		source, err5 = im.code(cells, "source", "outcome_source", "")
	}
	averted, err6 := money(cells, "averted")
	recovered, err7 := money(cells, "recovered")
	persons, err8 := whole(cells, "persons", 500)
	if err := first(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		return nil, err
	}
	switch {
	case averted > 0 && kind != "intercept":
		return nil, bad("averted", "只有“拦截预警”才有避免损失。", "Only an interception averts a loss.")
	case recovered > 0 && kind != "recovered":
		return nil, bad("recovered", "只有“挽回”才有挽回金额。", "Only “recovered” has a recovered amount.")
	case persons > 0 && kind != "caught":
		return nil, bad("persons", "只有“抓获”才有人数。", "Only “caught” has people.")
	}
	var id schema.ID
	if ref != "" {
		id = model.OutcomeID(im.realm, kind, ref, model.Date(on))
	} else {
		id = im.derived("outcome", cells)
	}
	values := schema.Values{"kind": kind, "occurred_on": model.Date(on), "lead_unit_id": unit}
	for name, v := range map[string]int64{"averted_fen": averted, "recovered_fen": recovered, "persons": persons} {
		if v > 0 {
			values[name] = v
		}
	}
	if ref != "" {
		values["ref_no"] = ref
	}
	if source != "" {
		values["source"] = source
	}
	return []importWrite{{table: "outcome", id: id, values: values, main: true}}, nil
}

func importPost(im *importer, cells map[string]string) ([]importWrite, error) {
	on, err1 := day(cells, "on")
	unit, err2 := im.unit(cells)
	channel, err3 := im.code(cells, "channel", "post_channel", "")
	title, err4 := short(cells, "title", 80, true)
	url, err5 := short(cells, "url", 300, false)
	times, err6 := whole(cells, "times", 100_000)
	reads, err7 := whole(cells, "reads", 1_000_000_000)
	if err := first(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return nil, err
	}
	values := schema.Values{"channel": channel, "posted_at": on.Add(9 * time.Hour).UnixMilli(), "title": title, "unit_id": unit, "purpose": "warning", "via": "own_account"}
	var id schema.ID
	if _, canonical, _ := model.PostLink(url); canonical != "" { // as a kit that logs it would
		id, values["url"] = model.PostID(im.realm, channel, canonical), canonical
	} else {
		id = im.derived("post", cells)
		if url != "" {
			values["url"] = url
		}
	}
	if reads > 0 {
		values["reads"] = reads
	}
	return []importWrite{{table: "post", id: id, values: values, counts: map[string]int64{"forwards": max(times-1, 0)}, main: true}}, nil
}

func importVenue(im *importer, cells map[string]string) ([]importWrite, error) {
	kind, err1 := im.code(cells, "kind", "venue_kind", "")
	name, err2 := short(cells, "name", 40, true)
	town, err3 := short(cells, "town", 20, true)
	address, err4 := short(cells, "address", 80, false)
	licence, err5 := short(cells, "licence", 30, false)
	contact, err6 := short(cells, "contact", 20, false)
	phone, err7 := model.Phone("phone", "电话", "Telephone", cells["phone"])
	if err7 != nil {
		err7 = bad("phone", "“"+cells["phone"]+"”不像电话号码。", "This is no telephone number.")
	}
	if err := first(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return nil, err
	}
	values := schema.Values{"kind": kind, "name": name, "town": town, "state": "open", "initials": model.Initials(name)}
	for column, text := range map[string]string{"address": address, "licence_no": licence, "contact_name": contact, "contact_phone": phone} {
		if text != "" {
			values[column] = text
		}
	}
	return []importWrite{{table: "venue", id: model.VenueID(im.realm, kind, town, name), values: values, main: true}}, nil
}
