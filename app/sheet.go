package app

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/internal/model"
)

// Sheet is a list as it is exported or printed: text and whole numbers, personal
// fields masked.
type Sheet struct {
	Title   string        `json:"title"`
	Columns []SheetColumn `json:"columns"`
	Rows    [][]any       `json:"rows"`
	Sums    []any         `json:"sums"` // below the rows; nil when nothing adds up
	At      int64         `json:"at"`   // ms, when it was made
	By      string        `json:"by"`   // unit and officer
}

// SheetColumn is a column of a sheet.
type SheetColumn struct {
	Name  string  `json:"name"`
	Width float64 `json:"width"` // characters
	Money bool    `json:"money"` // fen, shown in yuan
	Sum   bool    `json:"sum"`
}

// total adds up the columns that say so.
func (s *Sheet) total() {
	s.Sums = nil
	for i, c := range s.Columns {
		if !c.Sum {
			continue
		}
		if s.Sums == nil {
			s.Sums = make([]any, len(s.Columns))
			s.Sums[0] = "合计"
		}
		sum := int64(0)
		for _, row := range s.Rows {
			if n, ok := row[i].(int64); ok {
				sum += n
			}
		}
		s.Sums[i] = sum
	}
}

// cellText is a cell as text.
func cellText(c SheetColumn, cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case int64:
		if c.Money {
			if v == 0 {
				return ""
			}
			return fmt.Sprintf("%d.%02d", v/100, v%100)
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprint(cell)
}

// safeCell puts an apostrophe before a text that a spreadsheet would take for a
// formula (OWASP ASVS 5.0, 1.2.10).
func safeCell(s string) string {
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r) && s != "" {
		return "'" + s
	}
	return s
}

// csv is the sheet as Excel opens it by a double click: a byte order mark, CRLF,
// no cell that it would run.
func (s *Sheet) csv() []byte {
	var b strings.Builder
	b.WriteString("\ufeff")
	line := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				b.WriteByte(',')
			}
			if strings.ContainsAny(cell, "\",\r\n") || cell != strings.TrimSpace(cell) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString("\r\n")
	}
	heads := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		heads[i] = safeCell(c.Name)
	}
	line(heads)
	rows := s.Rows
	if s.Sums != nil {
		rows = append(rows[:len(rows):len(rows)], s.Sums)
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cellText(s.Columns[i], cell)
			if _, text := cell.(string); text {
				cells[i] = safeCell(cells[i])
			}
		}
		line(cells)
	}
	return []byte(b.String())
}

func day(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(model.Location).Format("2006-01-02")
}

func minute(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(model.Location).Format("2006-01-02 15:04")
}

// masked hides all but the first character of a name or form of address.
func masked(name string) string {
	if name == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(name)
	return name[:size] + strings.Repeat("*", min(max(utf8.RuneCountInString(name)-1, 1), 4))
}
