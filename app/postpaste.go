package app

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
)

// PostRow is one row of a pasted table, before it is imported.
type PostRow struct {
	Form      PostForm `json:"form"`
	Problem   string   `json:"problem"` // why it cannot come in; "" is good
	ProblemEN string   `json:"problem_en"`
}

// PostPreview is what a pasted table was understood as.
type PostPreview struct {
	Rows     []PostRow `json:"rows"`
	Problems int       `json:"problems"`
	Count    int64     `json:"count"` // posts and forwards of the good rows
}

var postHeadings = []struct {
	field string
	words []string
}{
	{"url", []string{"链接", "网址", "地址", "url", "link"}},
	{"channel", []string{"渠道", "平台", "channel", "platform"}},
	{"account", []string{"账号", "帐号", "account"}},
	{"forwards", []string{"转发", "forward"}},
	{"reads", []string{"阅读", "播放", "浏览", "read", "view"}},
	{"at", []string{"时间", "日期", "date", "time"}},
	{"purpose", []string{"目的", "类别", "purpose"}},
	{"title", []string{"标题", "内容", "题目", "title"}},
}

// ParsePaste understands rows copied from a spreadsheet, with or without headings:
// links are told by their look, channels and numbers likewise.
func (p *Posts) ParsePaste(table string) (PostPreview, error) {
	out := PostPreview{Rows: []PostRow{}}
	if strings.TrimSpace(table) == "" {
		return out, refuse("table", "剪贴板里没有表格，请先在表格里选中几行再复制。", "There is no table on the clipboard: select some rows and copy them first.")
	}
	rows, err := cells(table)
	if err != nil {
		return out, refuse("table", "这段内容不像表格，请从表格里复制。", "This does not look like a table: copy it from a spreadsheet.")
	}
	if len(rows) > 2001 {
		return out, refuse("table", fmt.Sprintf("一次最多 2000 行，这里有 %d 行，请分开粘贴。", len(rows)), fmt.Sprintf("At most 2000 rows at once; there are %d.", len(rows)))
	}
	r, err := p.s.open()
	if err != nil {
		return out, err
	}
	columns, body := postColumns(rows)
	seen := map[string]bool{}
	for _, row := range body {
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		item := PostRow{Form: postOfCells(p.s.codes(), columns, row)}
		f := item.Form
		if _, err := f.values(r.Wall()); err != nil {
			item.Problem, item.ProblemEN = sentences(p.s.explain(err))
		} else if f.URL != "" {
			if _, canonical, _ := model.PostLink(f.URL); canonical == "" {
				item.Problem, item.ProblemEN = "链接看不懂。", "The link is not understood."
			} else if known, err := p.known(f.Channel, canonical); err != nil {
				return out, err
			} else if known || seen[f.Channel+canonical] {
				item.Problem, item.ProblemEN = "这条链接已经登记过了。", "This link is logged already."
			} else {
				seen[f.Channel+canonical] = true
			}
		}
		if item.Problem != "" {
			out.Problems++
		} else {
			out.Count += 1 + f.Forwards
		}
		out.Rows = append(out.Rows, item)
	}
	if len(out.Rows) == 0 {
		return out, refuse("table", "只有表头，没有内容。", "There are headings and nothing below them.")
	}
	return out, nil
}

func (p *Posts) known(channel, canonical string) (bool, error) {
	r, err := p.s.open()
	if err != nil {
		return false, err
	}
	n, err := countRows(r, "SELECT count(*) FROM post WHERE id = ? AND coalesce(json_extract(voided, '$.on'), 0) = 0", model.PostID(r.Realm(), channel, canonical))
	return n > 0, err
}

// postColumns goes by the headings; without any each cell is told by its look.
func postColumns(rows [][]string) (columns []string, body [][]string) {
	columns = make([]string, len(rows[0]))
	hits, used := 0, map[string]bool{}
	for i, cell := range rows[0] {
		for _, h := range postHeadings {
			if !used[h.field] && len([]rune(cell)) <= 12 && containsAny(strings.ToLower(cell), h.words) {
				columns[i], used[h.field] = h.field, true
				hits++
				break
			}
		}
	}
	if hits >= 2 {
		return columns, rows[1:]
	}
	return nil, rows
}

func postOfCells(codes *codeBook, columns, row []string) PostForm {
	var f PostForm
	for i, cell := range row {
		cell = cut(strings.TrimSpace(cell), 2000)
		field := ""
		if columns != nil && i < len(columns) {
			field = columns[i]
		}
		if columns == nil && cell != "" {
			field = looksLike(codes, cell, &f)
		}
		switch field {
		case "url":
			link, _, channel := model.PostLink(cell)
			f.URL = link
			if link == "" {
				f.URL = cell
			}
			if f.Channel == "" {
				f.Channel = channel
			}
		case "channel":
			if code := channelCode(codes, cell); code != "" {
				f.Channel = code
			}
		case "account":
			f.Account = cell
		case "title":
			f.Title = clip(cell, 80)
		case "forwards":
			f.Forwards = wholeNumber(cell)
		case "reads":
			f.Reads = wholeNumber(cell)
		case "at":
			f.PostedAt = readTime(cell)
		case "purpose":
			for _, c := range codes.inUse("post_purpose") {
				if strings.Contains(cell, c.ZH) || c.Code == cell {
					f.Purpose = c.Code
				}
			}
		}
	}
	return f
}

// looksLike tells a cell's field without a heading.
func looksLike(codes *codeBook, cell string, f *PostForm) string {
	switch {
	case f.URL == "" && strings.Contains(cell, "://"):
		return "url"
	case f.Channel == "" && channelCode(codes, cell) != "":
		return "channel"
	case f.PostedAt == 0 && readTime(cell) > 0:
		return "at"
	case wholeNumber(cell) > 0 && f.Forwards == 0:
		return "forwards"
	case f.Title == "":
		return "title"
	}
	return ""
}

// channelCode finds a channel by its label, or the first part of one.
func channelCode(codes *codeBook, label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	for _, c := range slices.Concat(codes.inUse("post_channel"), model.Codes["post_channel"]) {
		first, _, _ := strings.Cut(c.ZH, "/")
		if label == c.Code || label == c.ZH || label == first || strings.EqualFold(label, c.EN) {
			return c.Code
		}
	}
	return map[string]string{"公众号": "wechat_oa", "微信": "wechat_oa", "微信视频号": "wechat_video", "贴吧": "forum", "短信": "sms", "网站": "site", "新浪微博": "weibo"}[label]
}

// wholeNumber reads "1,200" or "1.2万"; what is no number is 0.
func wholeNumber(cell string) int64 {
	cell = strings.TrimSuffix(strings.ReplaceAll(model.Norm(cell), ",", ""), "次")
	scale := 1.0
	for _, unit := range []string{"万", "w"} {
		if rest, ok := strings.CutSuffix(cell, unit); ok {
			cell, scale = rest, 10_000
		}
	}
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || n < 0 || n > 1e9 {
		return 0
	}
	return int64(n*scale + 0.5)
}

// readTime reads a date or time as spreadsheets write it, 0 when it is none.
func readTime(cell string) int64 {
	cell = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(strings.TrimSpace(cell))
	for _, layout := range []string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2"} {
		if t, err := time.ParseInLocation(layout, cell, model.Location); err == nil && t.Year() >= 2000 {
			if layout == "2006-1-2" {
				t = t.Add(12 * time.Hour)
			}
			return t.UnixMilli()
		}
	}
	return 0
}

// sentences are an error's sentences for the officer.
func sentences(err error) (zh, en string) {
	var u *rpc.UserError
	if errors.As(err, &u) {
		return u.Message, u.MessageEN
	}
	return "这一行看不懂。", "This row is not understood."
}

// inRow says in which row an error lies.
func inRow(n int, err error) error {
	var u *rpc.UserError
	if !errors.As(err, &u) {
		return err
	}
	return &rpc.UserError{Code: u.Code, Field: u.Field, Message: fmt.Sprintf("第 %d 行：%s一条也没有导入。", n, u.Message), MessageEN: fmt.Sprintf("Row %d: %s Nothing was imported.", n, u.MessageEN)}
}
