package county

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/xuri/excelize/v2"

	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

const (
	maxWorkbook   = 20 << 20  // bytes of an uploaded file
	maxUnzipped   = 192 << 20 // bytes; all in memory, since a sheet that names people must not lie in a temporary file
	maxImportRows = 20_000
	shelfLife     = time.Hour
)

// importShelf holds uploaded sheets until they are imported: in memory only, since
// they may name people.
type importShelf struct {
	mu     sync.Mutex
	sheets map[schema.ID]*sheet
}

type sheet struct {
	file  string
	rows  [][]string // the first is the header
	lines []int64    // their numbers in the sheet, as a spreadsheet shows them
	until time.Time
}

// Uploaded is a file as it was understood.
type Uploaded struct {
	ID     string     `json:"id"`
	File   string     `json:"file"`
	Sheet  string     `json:"sheet"`
	Header []string   `json:"header"`
	Sample [][]string `json:"sample"` // the first rows
	Rows   int64      `json:"rows"`   // below the header
}

func (s *importShelf) put(one *sheet) schema.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for id, old := range s.sheets {
		if old.until.Before(now) {
			delete(s.sheets, id)
		}
	}
	if s.sheets == nil || len(s.sheets) >= 8 {
		s.sheets = map[schema.ID]*sheet{} // a clerk has one file on the table
	}
	id := schema.NewID(now.UnixMilli())
	one.until = now.Add(shelfLife)
	s.sheets[id] = one
	return id
}

func (s *importShelf) get(id schema.ID) *sheet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sheets[id]
}

// importFile takes a workbook (the request's body) and answers with Uploaded.
func (c *County) importFile(w http.ResponseWriter, r *http.Request) {
	up, err := func() (Uploaded, error) {
		v, err := editor(r.Context())
		if err != nil {
			return Uploaded{}, err
		}
		if v.r.Header.Get("X-Fieldkit") != "1" {
			return Uploaded{}, errForbidden
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWorkbook))
		if err != nil {
			return Uploaded{}, userError("file", "file", "文件太大或没有传完整，最大 20 MB。没有导入任何内容。", "The file is too large or was cut off; at most 20 MB. Nothing was imported.")
		}
		name, rows, lines, err := readWorkbook(raw)
		if err != nil {
			return Uploaded{}, err
		}
		file := clip(r.URL.Query().Get("name"), 120)
		up := Uploaded{File: file, Sheet: name, Header: rows[0], Sample: rows[1:min(len(rows), 6)], Rows: int64(len(rows) - 1)}
		up.ID = c.imports.put(&sheet{file: file, rows: rows, lines: lines}).String()
		return up, nil
	}()
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		var user *rpc.UserError
		if !errors.As(err, &user) {
			c.log.Error("import a file", "err", err)
			user = &rpc.UserError{Code: "internal", Message: "程序出错了，没有导入任何内容。请再试一次。", MessageEN: "Something went wrong; nothing was imported. Please try again."}
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(user) // the browser may be gone
		return
	}
	_ = json.NewEncoder(w).Encode(up) // the same
}

// readWorkbook takes the first sheet that has a header and a row below it. Rows above
// the header — a title — are left out: the header is the first row with three cells.
// lines are the rows' numbers in the sheet.
func readWorkbook(raw []byte) (name string, rows [][]string, lines []int64, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return "", nil, nil, userError("file", "file", "这不是 .xlsx 工作簿，或已损坏。请在 Excel 里另存为 .xlsx 再选。没有导入任何内容。", "This is no .xlsx workbook, or it is damaged. Save it as .xlsx in Excel and choose it again. Nothing was imported.")
	}
	defer f.Close()
	for _, name := range f.GetSheetList() {
		list, err := f.Rows(name)
		if err != nil {
			continue // a chart sheet
		}
		var rows [][]string
		var lines []int64
		for line := int64(1); list.Next(); line++ {
			cells, err := list.Columns()
			if err != nil {
				return "", nil, nil, userError("file", "file", fmt.Sprintf("表“%s”读不完整，文件可能已损坏。没有导入任何内容。", name), fmt.Sprintf("The sheet “%s” cannot be read to its end; the file may be damaged. Nothing was imported.", name))
			}
			filled := 0
			for i := range cells {
				if cells[i] = strings.TrimSpace(cells[i]); cells[i] != "" {
					filled++
				}
			}
			if filled == 0 || len(rows) == 0 && filled < 3 {
				continue
			}
			lines = append(lines, line)
			if rows = append(rows, cells); len(rows) > maxImportRows+1 {
				return "", nil, nil, userError("file", "file", "一次最多导入 20,000 行，请分成几个文件。没有导入任何内容。", "At most 20,000 rows at once; split the file. Nothing was imported.")
			}
		}
		if err := list.Close(); err != nil {
			return "", nil, nil, err
		}
		if len(rows) > 1 {
			return name, rows, lines, nil
		}
	}
	return "", nil, nil, userError("file", "file", "没有找到表格：第一行要是列名，下面是数据。没有导入任何内容。", "No table was found: the first row holds the columns' names, the rows below the data. Nothing was imported.")
}
