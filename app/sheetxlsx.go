package app

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// noDisk keeps the library from spooling a large sheet, in clear, to a temporary file:
// no file can have such a name, and it stays in memory.
const noDisk = "\x00"

// xlsx is the sheet as a workbook: bold frozen headings, A4 landscape, figures as
// figures and text as text, whatever it begins with.
func (s *Sheet) xlsx() ([]byte, error) {
	f := excelize.NewFile(excelize.Options{TmpDir: noDisk})
	defer f.Close()
	const name = "Sheet1"
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8F0FA"}}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	if err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	money, err := f.NewStyle(&excelize.Style{NumFmt: 4})
	if err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	if err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	landscape, a4, fit := "landscape", 9, true
	if err := f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: intPointer(1), FitToHeight: intPointer(0)}); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	w, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	for i, c := range s.Columns {
		if err := w.SetColWidth(i+1, i+1, max(c.Width, 6)); err != nil {
			return nil, fmt.Errorf("write sheet: %w", err)
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	cells := make([]any, len(s.Columns))
	for i, c := range s.Columns {
		cells[i] = excelize.Cell{StyleID: head, Value: c.Name}
	}
	if err := w.SetRow("A1", cells, excelize.RowOpts{Height: 20}); err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	rows := s.Rows
	if s.Sums != nil {
		rows = append(rows[:len(rows):len(rows)], s.Sums)
	}
	for n, row := range rows {
		for i, cell := range row {
			switch v := cell.(type) {
			case int64:
				cells[i] = excelize.Cell{Value: v}
				if s.Columns[i].Money {
					cells[i] = excelize.Cell{StyleID: money, Value: float64(v) / 100}
				}
			case nil:
				cells[i] = nil
			default:
				cells[i] = excelize.Cell{StyleID: text, Value: cellText(s.Columns[i], cell)}
			}
		}
		if err := w.SetRow(fmt.Sprint("A", n+2), cells); err != nil {
			return nil, fmt.Errorf("write sheet: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	if err := f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: name + "!$1:$1", Scope: name}); err != nil {
		return nil, fmt.Errorf("print titles: %w", err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

func intPointer(n int) *int { return &n }
