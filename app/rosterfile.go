package app

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// maxPaste is how much text a paste may hold, in bytes.
const maxPaste = 8 << 20

// ParseRoster understands rows copied from Excel (tab-separated) or a CSV text.
func (m *Meetings) ParseRoster(table string) (RosterPreview, error) {
	return m.ParseRosterAs(table, nil)
}

// ParseRosterAs understands them with the columns as the officer says; see RosterColumn.
func (m *Meetings) ParseRosterAs(table string, fields []string) (RosterPreview, error) {
	if len(table) > maxPaste {
		return RosterPreview{}, refuse("roster", "粘贴的内容超过 8 MB，不像名册，请只复制名册那几列。", "More than 8 MB were pasted; copy the columns of the roster only.")
	}
	if strings.TrimSpace(table) == "" {
		return RosterPreview{}, refuse("roster", "剪贴板里没有表格，请先在 Excel 里选中名册再复制。", "There is no table on the clipboard: select the roster in Excel and copy it first.")
	}
	rows, err := cells(table)
	if err != nil {
		return RosterPreview{}, refuse("roster", "这段内容不像表格，请从 Excel 里复制名册。", "This does not look like a table: copy the roster from Excel.")
	}
	return m.preview(rows, fields)
}

// cells splits a text into rows of cells.
func cells(table string) ([][]string, error) {
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff")))
	reader.LazyQuotes, reader.FieldsPerRecord = true, -1
	tabs := strings.Contains(table, "\t")
	if tabs {
		reader.Comma = '\t'
	}
	rows, err := reader.ReadAll()
	if err != nil || !tabs {
		return rows, err
	}
	for _, row := range rows {
		for _, cell := range row {
			// Excel quotes cells with line breaks, and never puts a tab into one:
			// this quotation mark was part of a name and has swallowed other rows.
			if strings.Contains(cell, "\t") {
				return literalCells(table), nil
			}
		}
	}
	return rows, nil
}

// literalCells splits at tabs and line ends alone.
func literalCells(table string) [][]string {
	var rows [][]string
	for line := range strings.Lines(strings.TrimPrefix(table, "\ufeff")) {
		row := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		for i := range row {
			row[i] = strings.Trim(row[i], `"`)
		}
		rows = append(rows, row)
	}
	return rows
}

// ParseRosterFile understands an .xlsx file, of which it takes the first sheet
// with a column of names, or a .csv or .txt file; content is base64.
func (m *Meetings) ParseRosterFile(name, content string) (RosterPreview, error) {
	return m.ParseRosterFileAs(name, content, nil)
}

// ParseRosterFileAs understands it with the columns as the officer says.
func (m *Meetings) ParseRosterFileAs(name, content string, fields []string) (RosterPreview, error) {
	raw, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return RosterPreview{}, refuse("roster", "文件没有读完整，请再选一次。", "The file was not read completely; choose it again.")
	}
	lower := strings.ToLower(name)
	if strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".txt") {
		return m.ParseRosterAs(decodeText(raw), fields)
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: 64 << 20, UnzipXMLSizeLimit: 64 << 20, RawCellValue: true})
	if err != nil {
		return RosterPreview{}, refuse("roster", "打不开“"+name+"”，请另存为 .xlsx 后再选。", "“"+name+"” cannot be opened; save it as .xlsx and choose it again.")
	}
	defer f.Close()
	var first error
	for _, sheet := range f.GetSheetList() {
		rows, err := sheetCells(f, sheet)
		if err != nil {
			err = refuse("roster", "“"+name+"”里的表“"+sheet+"”读不出来。", "The sheet “"+sheet+"” of “"+name+"” cannot be read.")
		} else {
			var p RosterPreview
			if p, err = m.preview(rows, fields); err == nil {
				return p, nil
			}
		}
		if first == nil {
			first = err
		}
	}
	return RosterPreview{}, first
}

// sheetCells reads a sheet; a cell merged over several rows counts for each of them.
func sheetCells(f *excelize.File, sheet string) ([][]string, error) {
	rows, err := f.GetRows(sheet)
	if err != nil {
		return nil, err
	}
	merged, err := f.GetMergeCells(sheet)
	if err != nil {
		return nil, err
	}
	for _, cell := range merged {
		column, top, err := excelize.CellNameToCoordinates(cell.GetStartAxis())
		if err != nil {
			return nil, err
		}
		_, bottom, err := excelize.CellNameToCoordinates(cell.GetEndAxis())
		if err != nil {
			return nil, err
		}
		for at := top; at < bottom && at < len(rows); at++ {
			for len(rows[at]) < column {
				rows[at] = append(rows[at], "")
			}
			rows[at][column-1] = cell.GetCellValue()
		}
	}
	return rows, nil
}

// decodeText reads a text file in the encodings that Excel writes on a Chinese
// Windows: UTF-16 with a mark, UTF-8, else GBK.
func decodeText(raw []byte) string {
	decoder := simplifiedchinese.GB18030.NewDecoder()
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case utf8.Valid(raw):
		return string(raw)
	}
	text, err := decoder.Bytes(raw)
	if err != nil {
		return string(raw)
	}
	return string(text)
}
