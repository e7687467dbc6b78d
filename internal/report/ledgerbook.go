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
	*workbook
	name    string
	columns []totalled
	o       LedgerOptions
	sheets  []string
	ends    []int // last row of data of each sheet
	at      int   // next row of the sheet
	rows    int64 // of data, in all sheets
	styles  map[string]int
	cells   []sheetCell
	sums    []int64 // by column, for the totals' values beside their formulas
	counts  []int64
	by      []map[string]int64 // by column: how often each short text stands there
	sumBy   map[string]int64   // by text of the first column: sum of the column that a total leaves parts out of
}

func newBook(l *ledger, rules model.Settings, o LedgerOptions, w io.Writer) (*book, error) {
	b := &book{workbook: newWorkbook(w), name: l.name, columns: totals(l.columns, rules), o: o, styles: map[string]int{}, sums: make([]int64, len(l.columns)), counts: make([]int64, len(l.columns)),
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
	return b, b.open()
}

func ptr[T any](v T) *T { return &v }

// open begins the next sheet.
func (b *book) open() error {
	name := b.name
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
	if err := b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddHeader: "&C&14" + b.name + "　" + b.o.Scope.From + "至" + b.o.Scope.To, OddFooter: "&C第 &P 页 共 &N 页"}); err != nil {
		return err
	}
	if err := b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: fmt.Sprintf("'%s'!$1:$1", name), Scope: name}); err != nil {
		return err
	}
	if err := b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	// The library knows the header alone: a reader that trusts the extent would stop there.
	if err := b.file.SetSheetDimension(name, ""); err != nil {
		return err
	}
	widths := []float64{7, 12, 20}
	heads := []string{"序号", "日期", "单位"}
	for _, c := range b.columns {
		widths, heads = append(widths, c.width), append(heads, c.head)
	}
	widths, heads = append(widths, 24), append(heads, "备注")
	for i, w := range widths {
		if err := b.file.SetColWidth(name, columnName(i+1), columnName(i+1), w); err != nil {
			return err
		}
	}
	if err := b.file.SetSheetRow(name, "A1", &heads); err != nil {
		return err
	}
	if err := b.file.SetCellStyle(name, "A1", columnName(len(heads))+"1", b.styles["head"]); err != nil {
		return err
	}
	if err := b.file.SetRowHeight(name, 1, 24); err != nil {
		return err
	}
	b.at = 2
	return b.begin(len(b.sheets))
}

// serial is a day or an instant as Excel counts: days since 1899-12-30, local.
func serial(ms int64) float64 { return float64(ms+8*3600*1000)/86400000 + 25569 }

// bytesOfSheet is how large a sheet grows: beyond 4 GiB the archive would need a form
// that spreadsheets take for damage.
const bytesOfSheet = 3 << 30

func (b *book) row(n line, unit string) error {
	if b.at-2 >= rowsOfSheet || b.size > bytesOfSheet {
		b.ends = append(b.ends, b.at-1)
		if err := b.end(); err != nil {
			return err
		}
		if err := b.open(); err != nil {
			return err
		}
	}
	b.rows++
	cells := append(b.cells[:0], sheetCell{style: b.styles[cellInt], kind: cellOfNumber, number: float64(b.rows)})
	day := sheetCell{style: b.styles["date"]}
	if n.day != 0 {
		day.kind, day.number = cellOfNumber, float64(n.day+25569)
	}
	cells = append(cells, day, b.text(unit))
	for i, c := range b.columns {
		cells = append(cells, b.cell(i, c, n))
	}
	b.cells = append(cells, b.text(n.note))
	err := b.put(b.at, b.cells, 0)
	b.at++
	return err
}

// cell is the one of a column, added to the column's totals.
func (b *book) cell(i int, c totalled, n line) sheetCell {
	empty := sheetCell{style: b.styles[c.kind]}
	switch got := n.cells[i].(type) {
	case string:
		if got == "" {
			return empty
		}
		b.counts[i]++
		if c.match != "" {
			b.by[i][got]++
		}
		return b.text(got)
	case int64:
		b.counts[i]++
		b.sums[i] += got
		if len(c.without) > 0 {
			first, _ := n.cells[0].(string)
			b.sumBy[first] += got
		}
		v := float64(got)
		switch c.kind {
		case cellYuan:
			v = float64(got) / 100
		case cellRate:
			v = float64(got) / 1000
		case cellHours:
			v = float64(got) / 10
		case cellTime:
			v = serial(got)
		}
		return sheetCell{style: empty.style, kind: cellOfNumber, number: v}
	}
	return empty
}

// text is a text cell: typed as text, so that =1+1 stays what somebody wrote.
func (b *book) text(s string) sheetCell {
	if s == "" {
		return sheetCell{style: b.styles[cellText]}
	}
	return sheetCell{style: b.styles[cellText], kind: cellOfText, text: s}
}

// cellsOf names a column's cells, those of the sheets before included.
func (b *book) cellsOf(column int) string {
	name := columnName(column)
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

// close writes the totals as formulas with their values beside them, and ends the file.
func (b *book) close(ctx context.Context) error {
	b.ends = append(b.ends, max(b.at-1, 2))
	cells := []sheetCell{{style: b.styles["total "+cellText], kind: cellOfText, text: "合计"}, {style: b.styles["total date"]}, {style: b.styles["total "+cellText]}}
	for i, c := range b.columns {
		kind := c.kind
		if c.total == "" {
			cells = append(cells, sheetCell{style: b.styles["total "+kind]})
			continue
		}
		formula, value := b.total(i)
		switch c.kind {
		case cellText, cellTime:
			kind = cellInt // a number of rows
		}
		cells = append(cells, sheetCell{style: b.styles["total "+kind], kind: cellOfNumber, formula: formula, number: value})
	}
	cells = append(cells, sheetCell{style: b.styles["total "+cellText]})
	if err := b.put(max(b.at, 3), cells, 22); err != nil {
		return err
	}
	if err := b.end(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return b.finish()
}

// total is a column's formula and the value that a reader without formulas shows.
func (b *book) total(i int) (formula string, value float64) {
	c := b.columns[i]
	own := b.cellsOf(i + 4)
	if len(b.ends) > 1 && strings.Contains(c.total, "IF(") { // *IF takes one range at a time
		parts := []string{}
		for at := range b.ends {
			name := columnName(i + 4)
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
	case c.total == count, c.kind == cellTime:
		return formula, float64(b.counts[i])
	case c.match != "":
		return formula, float64(b.by[i][c.match])
	case len(c.without) > 0:
		left := b.sums[i]
		for _, name := range c.without {
			left -= b.sumBy[name]
		}
		return formula, float64(left)
	case c.total == reminderTotal:
		if b.sums[1] == 0 {
			return formula, 0
		}
		return formula, float64(b.sums[0]) / float64(b.sums[1])
	case c.kind == cellYuan:
		return formula, float64(b.sums[i]) / 100
	case c.kind == cellHours:
		return formula, float64(b.sums[i]) / 10
	}
	return formula, float64(b.sums[i])
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
