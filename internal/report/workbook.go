package report

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// workbook streams the rows of its sheets straight into the .xlsx, and takes all else
// (styles, names, page set-up, header rows) from the library's workbook. The library's
// own stream writer spools rows to a temporary file, in clear, and holds the whole
// archive in memory; a ledger may name people and be a million rows long.
type workbook struct {
	file *excelize.File
	zip  *zip.Writer
	part *bufio.Writer // the sheet that is being written; nil: none
	tail []byte        // what follows its rows
	size int64         // bytes of it
	sets map[string]bool
	row  bytes.Buffer
}

// sheetCell is one of a streamed row. A text is written as text, whatever it begins with.
type sheetCell struct {
	style   int
	text    string
	number  float64
	kind    cellKind
	formula string // number is then its value
}

type cellKind uint8

const (
	cellEmpty cellKind = iota
	cellOfText
	cellOfNumber
)

// newWorkbook begins one.
func newWorkbook(w io.Writer) *workbook {
	return &workbook{file: excelize.NewFile(), zip: zip.NewWriter(w), sets: map[string]bool{}}
}

// sheetPart is where the library keeps its n-th sheet, from 1.
func sheetPart(n int) string { return fmt.Sprintf("xl/worksheets/sheet%d.xml", n) }

const endOfRows = "</sheetData>"

// begin opens the n-th sheet, as the library has it by now, to write rows below those
// that it holds.
func (b *workbook) begin(n int) error {
	parts, err := b.parts()
	if err != nil {
		return err
	}
	frame, err := parts.Open(sheetPart(n))
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(frame)
	if err != nil {
		return err
	}
	head, tail, found := bytes.Cut(raw, []byte(endOfRows))
	if !found {
		return fmt.Errorf("sheet %d has no rows to continue", n)
	}
	to, err := b.zip.Create(sheetPart(n))
	if err != nil {
		return err
	}
	b.part, b.tail, b.sets[sheetPart(n)] = bufio.NewWriterSize(to, 64<<10), tail, true
	written, err := b.part.Write(head)
	b.size = int64(written)
	return err
}

// parts are the library's workbook as it stands.
func (b *workbook) parts() (*zip.Reader, error) {
	raw, err := b.file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
}

// put writes the row of that number, from 1; height is in points, 0 for the usual.
func (b *workbook) put(number int, cells []sheetCell, height float64) error {
	w := &b.row
	w.Reset()
	at := strconv.Itoa(number)
	w.WriteString(`<row r="`)
	w.WriteString(at)
	if height > 0 {
		w.WriteString(`" ht="`)
		w.Write(strconv.AppendFloat(w.AvailableBuffer(), height, 'f', -1, 64))
		w.WriteString(`" customHeight="1`)
	}
	w.WriteString(`">`)
	for i := range cells {
		c := &cells[i]
		w.WriteString(`<c r="`)
		w.WriteString(columnName(i + 1))
		w.WriteString(at)
		w.WriteString(`" s="`)
		w.Write(strconv.AppendInt(w.AvailableBuffer(), int64(c.style), 10))
		switch c.kind {
		case cellEmpty:
			w.WriteString(`"/>`)
			continue
		case cellOfText:
			w.WriteString(`" t="inlineStr"><is><t xml:space="preserve">`)
			if err := xml.EscapeText(w, []byte(spreadsheetText(c.text))); err != nil {
				return err
			}
			w.WriteString(`</t></is></c>`)
		case cellOfNumber:
			w.WriteString(`">`)
			if c.formula != "" {
				w.WriteString(`<f>`)
				if err := xml.EscapeText(w, []byte(c.formula)); err != nil {
					return err
				}
				w.WriteString(`</f>`)
			}
			w.WriteString(`<v>`)
			w.Write(strconv.AppendFloat(w.AvailableBuffer(), c.number, 'f', -1, 64))
			w.WriteString(`</v></c>`)
		}
	}
	w.WriteString(`</row>`)
	b.size += int64(w.Len())
	_, err := b.part.Write(w.Bytes())
	return err
}

// end closes the sheet that is being written.
func (b *workbook) end() error {
	if _, err := b.part.WriteString(endOfRows); err != nil {
		return err
	}
	if _, err := b.part.Write(b.tail); err != nil {
		return err
	}
	err := b.part.Flush()
	b.part = nil
	return err
}

// finish adds what the library made and ends the archive.
func (b *workbook) finish() error {
	parts, err := b.parts()
	if err != nil {
		return err
	}
	for _, p := range parts.File {
		if b.sets[p.Name] {
			continue
		}
		if err := b.zip.Copy(p); err != nil {
			return err
		}
	}
	return b.zip.Close()
}

// spreadsheetText cuts a text to what a cell holds and takes out what XML cannot hold.
// Spreadsheets write such characters by number, as _x000D_: a text that looks so stays text.
func spreadsheetText(s string) string {
	if r := []rune(s); len(r) > excelize.TotalCellChars {
		s = string(r[:excelize.TotalCellChars])
	}
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for i := range len(s) {
		if numbered(s[i:]) {
			out.WriteString("_x005F")
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// numbered tells whether a text begins with a character by number.
func numbered(s string) bool {
	return len(s) >= 7 && s[0] == '_' && s[1] == 'x' && s[6] == '_' && strings.Trim(s[2:6], "0123456789abcdefABCDEF") == ""
}

// columnNames are those of the columns that ledgers have.
var columnNames = func() (list [64]string) {
	for i := range list {
		list[i], _ = excelize.ColumnNumberToName(i + 1) // every number from 1 has a name
	}
	return list
}()

func columnName(n int) string { return columnNames[n-1] }
