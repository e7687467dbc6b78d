package county

import (
	"bufio"
	"io"
	"strings"
)

// csvWriter writes what Excel opens by a double click: a byte order mark so
// that it reads UTF-8, CRLF line ends, and no cell that it would run.
type csvWriter struct {
	w   *bufio.Writer
	err error
}

func newCSV(w io.Writer) *csvWriter {
	c := &csvWriter{w: bufio.NewWriterSize(w, 32<<10)}
	_, c.err = c.w.WriteString("\ufeff")
	return c
}

// row writes one line (RFC 4180). Cells are made safe; numbers that the program
// itself formatted go through as they are.
func (c *csvWriter) row(cells ...string) {
	for i, cell := range cells {
		if i > 0 {
			c.put(",")
		}
		cell = safeCell(cell)
		if strings.ContainsAny(cell, "\",\r\n") || cell != strings.TrimSpace(cell) {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		c.put(cell)
	}
	c.put("\r\n")
}

func (c *csvWriter) put(s string) {
	if c.err == nil {
		_, c.err = c.w.WriteString(s)
	}
}

func (c *csvWriter) flush() error {
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

// safeCell puts an apostrophe before a text that a spreadsheet would take for a
// formula (OWASP ASVS 5.0, 1.2.10). Plain negative numbers stay numbers.
func safeCell(s string) string {
	if s == "" {
		return s
	}
	switch first := []rune(s)[0]; first {
	case '=', '+', '-', '@', '\t', '\r', '\n', 0, '＝', '＋', '－', '＠':
		if first == '-' && plainNumber(s[1:]) {
			return s
		}
		return "'" + s
	}
	return s
}

func plainNumber(s string) bool {
	digits := strings.Trim(s, "0123456789")
	return s != "" && s[0] >= '0' && s[0] <= '9' && s[len(s)-1] != '.' && (digits == "" || digits == ".")
}
