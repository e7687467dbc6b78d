package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Placeholders of a template: words in double braces. Those of blockPlaceholders
// stand alone in their paragraph and are replaced by paragraphs, tables or
// pictures; the others, and any figure such as {{M02}}, {{M02!}} (written exactly)
// or {{M12.V02}}, may stand within a sentence. Word may split them over runs.
var (
	blockPlaceholders  = []string{"标题", "正文", "附件说明", "落款", "附件", "指标表", "图表", "口径"}
	inlinePlaceholders = []string{"主送机关", "单位", "县名", "时段", "日期", "数据说明"}
)

const maxTemplate = 64 << 20 // bytes, unpacked

var placeholder = regexp.MustCompile(`[{｛]{2}([^{}｛｝]*)[}｝]{2}`)

// template is a .docx taken apart.
type template struct {
	files  []file
	styles map[string]string // id by name, of paragraph styles
}

func damaged(err error) error {
	return errors.Join(problem("template_damaged", "模板打不开，可能已损坏，没有生成报告，原来的文件没有改动。请在 Word 里另存为“Word 文档（.docx）”后重新上传，或改用内置模板。",
		"The template cannot be opened; it may be damaged. No report was made and the file is as it was. Save it in Word as .docx and upload it again, or use the built-in template."), err)
}

// readTemplate opens a template and checks its placeholders.
func readTemplate(raw []byte) (*template, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, damaged(err)
	}
	t := &template{styles: map[string]string{}}
	total := int64(0)
	for _, entry := range z.File {
		if entry.FileInfo().IsDir() {
			continue
		}
		f, err := entry.Open()
		if err != nil {
			return nil, damaged(err)
		}
		content, err := io.ReadAll(io.LimitReader(f, maxTemplate-total+1))
		f.Close()
		if err != nil {
			return nil, damaged(err)
		}
		if total += int64(len(content)); total > maxTemplate {
			return nil, problem("template_size", "模板太大，没有生成报告。请删去大图片后重新上传。", "The template is too large; no report was made. Remove its large pictures and upload it again.")
		}
		t.files = append(t.files, file{path.Clean(strings.TrimPrefix(entry.Name, "/")), string(content)})
	}
	if t.part(documentPart) == nil || t.part("[Content_Types].xml") == nil || t.part(relsPart) == nil {
		return nil, damaged(errors.New("it lacks a part of a Word document"))
	}
	for i := range t.files {
		if f := &t.files[i]; strings.HasSuffix(f.name, ".xml") || strings.HasSuffix(f.name, ".rels") {
			if err := wellFormed(f.content); err != nil {
				return nil, damaged(fmt.Errorf("%s: %w", f.name, err))
			}
		}
	}
	if !strings.Contains(t.part(documentPart).content, `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`) {
		return nil, problem("template_strict", "模板存成了“严格 Open XML”格式，没有生成报告。请在 Word 里另存为普通的“Word 文档（.docx）”。", "The template is in the Strict Open XML format; no report was made. Save it as an ordinary Word document (.docx).")
	}
	t.readStyles()
	return t, t.check()
}

const (
	documentPart = "word/document.xml"
	relsPart     = "word/_rels/document.xml.rels"
)

func (t *template) part(name string) *file {
	for i := range t.files {
		if t.files[i].name == name {
			return &t.files[i]
		}
	}
	return nil
}

func wellFormed(content string) error {
	for d := xml.NewDecoder(strings.NewReader(content)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

var styleDeclared = regexp.MustCompile(`(?s)<w:style\b([^>]*)>.*?<w:name w:val="([^"]*)"`)
var styleID = regexp.MustCompile(`w:styleId="([^"]*)"`)

func (t *template) readStyles() {
	f := t.part("word/styles.xml")
	if f == nil {
		return
	}
	for _, m := range styleDeclared.FindAllStringSubmatch(f.content, -1) {
		if id := styleID.FindStringSubmatch(m[1]); id != nil && strings.Contains(m[1], `w:type="paragraph"`) {
			t.styles[html.UnescapeString(m[2])] = id[1]
		}
	}
}

// paragraph is a w:p of a part: where it lies, and its texts.
type paragraph struct {
	start, end int
	texts      []textNode
}

// textNode is a w:t: where it lies, and what it says.
type textNode struct {
	start, end int
	text       string
}

func (p *paragraph) text() string {
	var b strings.Builder
	for _, n := range p.texts {
		b.WriteString(n.text)
	}
	return b.String()
}

// paragraphs lists the paragraphs of a part, in the order in which they end; those
// within a text box come before the one that holds it.
func paragraphs(content string) []paragraph {
	var list, open []paragraph
	d := xml.NewDecoder(strings.NewReader(content))
	var in *textNode
	for {
		before := int(d.InputOffset())
		token, err := d.RawToken()
		if err != nil {
			return list // io.EOF: the part was checked
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch {
			case e.Name.Space == "w" && e.Name.Local == "p":
				open = append(open, paragraph{start: before})
			case e.Name.Space == "w" && e.Name.Local == "t" && len(open) > 0:
				in = &textNode{start: before}
			}
		case xml.CharData:
			if in != nil {
				in.text += string(e)
			}
		case xml.EndElement:
			switch {
			case e.Name.Space == "w" && e.Name.Local == "t" && in != nil:
				in.end = int(d.InputOffset())
				top := &open[len(open)-1]
				top.texts, in = append(top.texts, *in), nil
			case e.Name.Space == "w" && e.Name.Local == "p" && len(open) > 0:
				p := open[len(open)-1]
				p.end, open = int(d.InputOffset()), open[:len(open)-1]
				list = append(list, p)
			}
		}
	}
}

// filled are the parts that may hold placeholders.
func (t *template) filled() []*file {
	var list []*file
	for i := range t.files {
		name := t.files[i].name
		base := strings.TrimPrefix(name, "word/")
		if name == documentPart || base != name && strings.HasSuffix(base, ".xml") && (strings.HasPrefix(base, "header") || strings.HasPrefix(base, "footer")) {
			list = append(list, &t.files[i])
		}
	}
	return list
}

func named(match []string) string {
	return strings.NewReplacer("！", "!", "．", ".", "＋", "+").Replace(strings.TrimSpace(match[1]))
}

// check refuses placeholders that are unknown, broken, or where they cannot stand.
func (t *template) check() error {
	body := false
	for _, f := range t.filled() {
		for _, p := range paragraphs(f.content) {
			text := p.text()
			for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
				name := named(m)
				switch {
				case slices.Contains(blockPlaceholders, name):
					body = body || name == "正文"
					if strings.TrimSpace(text) != m[0] {
						return problem("template_place", "模板里的 {{"+name+"}} 要单独占一段，没有生成报告。请把它前后的文字移到别的段落。",
							"The template's {{"+name+"}} must stand alone in its paragraph; no report was made. Move the words beside it to another paragraph.")
					}
					if f.name != documentPart {
						return problem("template_place", "模板里的 {{"+name+"}} 不能放在页眉或页脚，没有生成报告。请移到正文里。",
							"The template's {{"+name+"}} cannot stand in a header or footer; no report was made. Move it to the text.")
					}
				case slices.Contains(inlinePlaceholders, name) || knownKey(name):
				default:
					return problem("template_unknown", "模板里有不认识的占位符 {{"+name+"}}，没有生成报告。可用的有："+PlaceholderList()+"。",
						"The template has an unknown placeholder {{"+name+"}}; no report was made. Known are: "+PlaceholderList()+".")
				}
			}
			rest := placeholder.ReplaceAllString(text, "")
			for _, brace := range []string{"{{", "}}", "｛｛", "｝｝"} {
				if at := strings.Index(rest, brace); at >= 0 {
					words := []rune(rest[at:])
					return problem("template_broken", "模板里有没写完整的占位符“"+string(words[:min(len(words), 12)])+"”，没有生成报告。请写成 {{名称}}。",
						"The template has a broken placeholder “"+string(words[:min(len(words), 12)])+"”; no report was made. Write it as {{name}}.")
				}
			}
		}
	}
	if !body {
		return problem("template_body", "模板里没有 {{正文}}，没有生成报告。请加一段只写 {{正文}}。", "The template has no {{正文}}; no report was made. Add a paragraph with {{正文}} alone.")
	}
	return nil
}

// PlaceholderList names the placeholders, for messages and help.
func PlaceholderList() string {
	list := []string{}
	for _, name := range slices.Concat(blockPlaceholders, inlinePlaceholders) {
		list = append(list, "{{"+name+"}}")
	}
	return strings.Join(list, " ") + " {{M02}} {{M02!}} {{M12.V02}} {{types6}}"
}

// CheckTemplate tells what is wrong with a template; nil when it can be used.
func CheckTemplate(raw []byte) error {
	_, err := readTemplate(raw)
	return err
}
