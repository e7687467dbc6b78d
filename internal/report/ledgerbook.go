package report

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// book is the .xlsx of one ledger while it is written.
type book struct {
	l      *ledger
	o      LedgerOptions
	file   *excelize.File
	sheet  *excelize.StreamWriter
	sheets []string
	ends   []int // last row of data of each sheet
	at     int   // next row of the sheet
	rows   int64 // of data, in all sheets
	styles map[string]int
	cells  []any
	sums   []int64 // by column, for the totals' values beside their formulas
	counts []int64
	by     []map[string]int64 // by column: how often each short text stands there
	sumBy  map[string]int64   // by text of the first column: sum of the column that a total leaves parts out of
}

func newBook(l *ledger, o LedgerOptions) (*book, error) {
	b := &book{l: l, o: o, file: excelize.NewFile(excelize.Options{TmpDir: o.TempDir}), styles: map[string]int{}, sums: make([]int64, len(l.columns)), counts: make([]int64, len(l.columns)),
		by: make([]map[string]int64, len(l.columns)), sumBy: map[string]int64{}}
	for i := range b.by {
		b.by[i] = map[string]int64{}
	}
	border := []excelize.Border{}
	for _, side := range []string{"left", "top", "right", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "999999", Style: 1})
	}
	for name, s := range map[string]excelize.Style{
		"head":    {Font: &excelize.Font{Bold: true, Size: 11}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8F0FA"}}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}},
		cellText:  {NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}},
		cellInt:   {NumFmt: 1, Alignment: &excelize.Alignment{Vertical: "center"}},
		cellYuan:  {NumFmt: 4, Alignment: &excelize.Alignment{Vertical: "center"}},
		cellRate:  {CustomNumFmt: ptr("0.0%"), Alignment: &excelize.Alignment{Vertical: "center"}},
		cellHours: {CustomNumFmt: ptr("0.0"), Alignment: &excelize.Alignment{Vertical: "center"}},
		cellTime:  {CustomNumFmt: ptr("yyyy-mm-dd hh:mm"), Alignment: &excelize.Alignment{Vertical: "center"}},
		"date":    {CustomNumFmt: ptr("yyyy-mm-dd"), Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}},
	} {
		s.Border = border
		id, err := b.file.NewStyle(&s)
		if err != nil {
			return nil, err
		}
		b.styles[name] = id
		s.Font = &excelize.Font{Bold: true, Size: 11}
		if id, err = b.file.NewStyle(&s); err != nil {
			return nil, err
		}
		b.styles["total "+name] = id
	}
	return b, b.begin()
}

func ptr[T any](v T) *T { return &v }

// begin opens the next sheet.
func (b *book) begin() error {
	name := b.l.name
	if n := len(b.sheets); n == 0 {
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else {
		name = fmt.Sprintf("%s(%d)", name, n+1)
		if _, err := b.file.NewSheet(name); err != nil {
			return err
		}
	}
	b.sheets = append(b.sheets, name)
	// A4 lying, as wide as the page, the header on every page
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: ptr(9), Orientation: ptr("landscape"), FitToWidth: ptr(1), FitToHeight: ptr(0)}); err != nil {
		return err
	}
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: ptr(true)}); err != nil {
		return err
	}
	if err := b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&C&14" + b.l.name + "　" + b.o.Scope.From + "至" + b.o.Scope.To, OddFooter: "&C第 &P 页 共 &N 页"}); err != nil {
		return err
	}
	if err := b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$1", name), Scope: name}); err != nil {
		return err
	}
	var err error
	if b.sheet, err = b.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err := b.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	widths := []float64{7, 12, 20}
	heads := []string{"序号", "日期", "单位"}
	for _, c := range b.l.columns {
		widths, heads = append(widths, c.width), append(heads, c.head)
	}
	widths, heads = append(widths, 24), append(heads, "备注")
	for i, w := range widths {
		if err := b.sheet.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	cells := []any{}
	for _, head := range heads {
		cells = append(cells, excelize.Cell{StyleID: b.styles["head"], Value: head})
	}
	b.at = 2
	return b.sheet.SetRow("A1", cells, excelize.RowOpts{Height: 24})
}

// serial is a day or an instant as Excel counts: days since 1899-12-30, local.
func serial(ms int64) float64 { return float64(ms+8*3600*1000)/86400000 + 25569 }

func (b *book) row(n line, unit string) error {
	if b.at-2 >= rowsOfSheet {
		b.ends = append(b.ends, b.at-1)
		if err := b.sheet.Flush(); err != nil {
			return err
		}
		if err := b.begin(); err != nil {
			return err
		}
	}
	b.rows++
	cells := append(b.cells[:0], excelize.Cell{StyleID: b.styles[cellInt], Value: b.rows})
	if n.day != 0 {
		cells = append(cells, excelize.Cell{StyleID: b.styles["date"], Value: int(n.day) + 25569})
	} else {
		cells = append(cells, excelize.Cell{StyleID: b.styles["date"]})
	}
	cells = append(cells, b.text(unit))
	for i, c := range b.l.columns {
		var v any
		switch got := n.cells[i].(type) {
		case nil:
			cells = append(cells, excelize.Cell{StyleID: b.styles[c.kind]})
			continue
		case string:
			if got == "" {
				cells = append(cells, excelize.Cell{StyleID: b.styles[c.kind]})
				continue
			}
			b.counts[i]++
			if strings.HasPrefix(c.total, "COUNTIF") {
				b.by[i][got]++
			}
			cells = append(cells, b.text(got))
			continue
		case int64:
			b.counts[i]++
			b.sums[i] += got
			if c.total == selfMediaTotal {
				first, _ := n.cells[0].(string)
				b.sumBy[first] += got
			}
			switch c.kind {
			case cellYuan:
				v = float64(got) / 100
			case cellRate:
				v = float64(got) / 1000
			case cellHours:
				v = float64(got) / 10
			case cellTime:
				v = serial(got)
			default:
				v = got
			}
		}
		cells = append(cells, excelize.Cell{StyleID: b.styles[c.kind], Value: v})
	}
	cells = append(cells, b.text(n.note))
	b.cells = cells
	err := b.sheet.SetRow(fmt.Sprintf("A%d", b.at), cells)
	b.at++
	return err
}

// text is a text cell: typed as text, so that =1+1 stays what somebody wrote.
func (b *book) text(s string) excelize.Cell {
	if s == "" {
		return excelize.Cell{StyleID: b.styles[cellText]}
	}
	if r := []rune(s); len(r) > excelize.TotalCellChars {
		s = string(r[:excelize.TotalCellChars])
	}
	s = strings.Map(func(r rune) rune { // what XML cannot hold
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	return excelize.Cell{StyleID: b.styles[cellText], Value: s}
}

// cellsOf names a column's cells, those of the sheets before included.
func (b *book) cellsOf(column int) string {
	name, _ := excelize.ColumnNumberToName(column) // a ledger has few columns
	list := []string{}
	for i, end := range b.ends {
		if i < len(b.ends)-1 {
			list = append(list, fmt.Sprintf("'%s'!%s2:%s%d", b.sheets[i], name, name, end))
		} else {
			list = append(list, fmt.Sprintf("%s2:%s%d", name, name, end))
		}
	}
	return strings.Join(list, ",")
}

// finish writes the totals as formulas with their values beside them, and the file.
func (b *book) finish(ctx context.Context, w io.Writer) error {
	b.ends = append(b.ends, max(b.at-1, 2))
	cells := []any{excelize.Cell{StyleID: b.styles["total "+cellText], Value: "合计"}, excelize.Cell{StyleID: b.styles["total date"]}, excelize.Cell{StyleID: b.styles["total "+cellText]}}
	for i, c := range b.l.columns {
		kind := c.kind
		if c.total == "" {
			cells = append(cells, excelize.Cell{StyleID: b.styles["total "+kind]})
			continue
		}
		formula, value := b.total(i)
		switch c.kind {
		case cellText, cellTime:
			kind = cellInt // a number of rows
		}
		cells = append(cells, excelize.Cell{StyleID: b.styles["total "+kind], Formula: formula, Value: value})
	}
	cells = append(cells, excelize.Cell{StyleID: b.styles["total "+cellText]})
	if err := b.sheet.SetRow(fmt.Sprintf("A%d", max(b.at, 3)), cells, excelize.RowOpts{Height: 22}); err != nil {
		return err
	}
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.file.Write(w)
}

// selfMediaTotal leaves the channels out that are no self-media (domain.md 3.14).
const selfMediaTotal = `SUM({})-SUMIF({1},"群发短信",{})-SUMIF({1},"官网",{})-SUMIF({1},"新闻媒体",{})`

// reminderTotal is the share of the totals of the first two columns.
const reminderTotal = `IF(SUM({2})=0,0,SUM({1})/SUM({2}))`

// total is a column's formula and the value that a reader without formulas shows.
func (b *book) total(i int) (formula string, value any) {
	c := b.l.columns[i]
	own := b.cellsOf(i + 4)
	if len(b.ends) > 1 && strings.Contains(c.total, "IF(") { // *IF takes one range at a time
		parts := []string{}
		for at := range b.ends {
			name, _ := excelize.ColumnNumberToName(i + 4)
			where := fmt.Sprintf("'%s'!%s2:%s%d", b.sheets[at], name, name, b.ends[at])
			first := fmt.Sprintf("'%s'!D2:D%d", b.sheets[at], b.ends[at])
			second := fmt.Sprintf("'%s'!E2:E%d", b.sheets[at], b.ends[at])
			parts = append(parts, strings.NewReplacer("{}", where, "{1}", first, "{2}", second).Replace(c.total))
		}
		formula = strings.Join(parts, "+")
	} else {
		formula = strings.NewReplacer("{}", own, "{1}", b.cellsOf(4), "{2}", b.cellsOf(5)).Replace(c.total)
	}
	switch {
	case c.total == count:
		return formula, b.counts[i]
	case strings.HasPrefix(c.total, "COUNTIF"):
		_, text, _ := strings.Cut(c.total, `"`)
		return formula, b.by[i][strings.TrimSuffix(text, `")`)]
	case c.total == selfMediaTotal:
		return formula, b.sums[i] - b.sumBy["群发短信"] - b.sumBy["官网"] - b.sumBy["新闻媒体"]
	case c.total == reminderTotal:
		if b.sums[1] == 0 {
			return formula, 0.0
		}
		return formula, float64(b.sums[0]) / float64(b.sums[1])
	case c.kind == cellYuan:
		return formula, float64(b.sums[i]) / 100
	case c.kind == cellHours:
		return formula, float64(b.sums[i]) / 10
	}
	return formula, b.sums[i]
}

func idList(ids []schema.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = hex.EncodeToString(id[:])
	}
	raw, _ := json.Marshal(names) // strings
	return string(raw)
}

// LedgerFile is what a ledger's file is called: T4_咨询台账_2025-01-01_2025-12-31.xlsx.
func LedgerFile(code string, from, to string) string {
	return code + "_" + ledgers[code].name + "_" + from + "_" + to + ".xlsx"
}

// localDay numbers the local day of an instant since 1970.
func localDay(ms int64) int64 { return (ms + 8*3600*1000) / 86400000 }

// dayOf numbers a date YYYY-MM-DD; 0 when it is none.
func dayOf(date string) int64 {
	t, err := time.ParseInLocation(dateLayout, date, model.Location)
	if err != nil {
		return 0
	}
	return localDay(t.UnixMilli())
}
