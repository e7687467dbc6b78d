package report

import (
	"encoding/xml"
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
)

// DocxOptions are the choices of an export.
type DocxOptions struct {
	Template    []byte    // nil: the built-in one
	Definitions bool      // print the figures' definitions as an annex
	Date        time.Time // of the document
}

// Docx writes a report as a Word document. The same draft, text and options give
// the same bytes.
func Docx(d *Draft, text string, o DocxOptions) ([]byte, error) {
	if o.Template == nil {
		o.Template = DefaultTemplate()
	}
	t, err := readTemplate(o.Template)
	if err != nil {
		return nil, err
	}
	w := &filler{template: t, d: d, o: o, blocks: Parse(text, d.Show), text: text}
	for _, f := range t.filled() {
		if f.content, err = w.fill(f); err != nil {
			return nil, err
		}
	}
	w.attach()
	return pack(t.files)
}

type filler struct {
	*template
	d        *Draft
	o        DocxOptions
	blocks   []Block
	text     string
	pictures []file
}

// knownKey tells whether a placeholder names a figure or another linked field.
func knownKey(name string) bool {
	key := strings.TrimSuffix(name, "!")
	if _, ok := namedFields[key]; ok {
		return true
	}
	code, _, _ := strings.Cut(key, ".")
	return figures.Find(code) != nil
}

// edit is a stretch of a part that is replaced.
type edit struct {
	start, end int
	with       string
}

func (w *filler) fill(f *file) (string, error) {
	var edits []edit
	for _, p := range paragraphs(f.content) {
		text := p.text()
		if !placeholder.MatchString(text) {
			continue
		}
		if m := placeholder.FindStringSubmatch(text); strings.TrimSpace(text) == m[0] {
			if xml, isBlock, err := w.block(named(m)); err != nil {
				return "", err
			} else if isBlock {
				edits = append(edits, edit{p.start, p.end, xml})
				continue
			}
		}
		edits = append(edits, w.inline(&p)...)
	}
	sort.Slice(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue // within a paragraph that was replaced whole
		}
		b.WriteString(f.content[at:e.start])
		b.WriteString(e.with)
		at = e.end
	}
	b.WriteString(f.content[at:])
	return b.String(), nil
}

// inline replaces placeholders within a paragraph: the words go where the
// placeholder begins, what lies of it in further runs is emptied.
func (w *filler) inline(p *paragraph) []edit {
	whole := p.text()
	out := make([]strings.Builder, len(p.texts))
	node, left := 0, len(p.texts[0].text)
	put := func(s string) { // the words of the template, each into its own run
		for s != "" {
			for left == 0 {
				node++
				left = len(p.texts[node].text)
			}
			n := min(left, len(s))
			out[node].WriteString(s[:n])
			s, left = s[n:], left-n
		}
	}
	skip := func(n int) {
		for n > 0 {
			for left == 0 {
				node++
				left = len(p.texts[node].text)
			}
			k := min(left, n)
			n, left = n-k, left-k
		}
	}
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(whole, -1) {
		put(whole[at:m[0]])
		for left == 0 {
			node++
			left = len(p.texts[node].text)
		}
		out[node].WriteString(w.word(named([]string{"", whole[m[2]:m[3]]})))
		skip(m[1] - m[0])
		at = m[1]
	}
	put(whole[at:])
	var edits []edit
	for i, n := range p.texts {
		if got := out[i].String(); got != n.text {
			edits = append(edits, edit{n.start, n.end, `<w:t xml:space="preserve">` + escape(got) + `</w:t>`})
		}
	}
	return edits
}

func escape(s string) string {
	s = strings.Map(func(r rune) rune { // what XML cannot hold
		if r == utf8.RuneError || r < 0x20 && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}

func (w *filler) word(name string) string {
	switch name {
	case "主送机关":
		return w.of(Addressee, w.d.Addressee+"：")
	case "单位":
		return w.d.Issuer
	case "县名":
		return w.d.County
	case "时段":
		return w.d.Period
	case "日期":
		return longDate(w.o.Date)
	case "数据说明":
		return "注：" + w.d.Complete.Line()
	}
	key, exact := strings.CutSuffix(name, "!")
	shown, ok := w.d.Show(key, exact)
	if !ok {
		return "—" // a figure that this kind of report does not count
	}
	return shown
}

func (w *filler) of(kind, otherwise string) string {
	for i := range w.blocks {
		if w.blocks[i].Kind == kind {
			return w.blocks[i].Text()
		}
	}
	return otherwise
}

func (w *filler) block(name string) (string, bool, error) {
	switch name {
	case "标题":
		return w.title(), true, nil
	case "正文":
		return w.body(), true, nil
	case "附件说明":
		return w.annexList(), true, nil
	case "落款":
		return w.sign(), true, nil
	case "附件":
		xml, err := w.annexes()
		return xml, true, err
	case "指标表":
		return w.table(), true, nil
	case "图表":
		xml, err := w.charts()
		return xml, true, err
	case "口径":
		return w.definitions(), true, nil
	}
	return "", false, nil
}

// p is a paragraph of a role; | in lines is a line break.
func (w *filler) p(role, more string, lines ...string) string {
	ppr, rpr := w.properties(role, more)
	var b strings.Builder
	b.WriteString(`<w:p>` + ppr)
	for i, line := range lines {
		b.WriteString(`<w:r>` + rpr)
		if i > 0 {
			b.WriteString(`<w:br/>`)
		}
		b.WriteString(`<w:t xml:space="preserve">` + escape(line) + `</w:t></w:r>`)
	}
	b.WriteString(`</w:p>`)
	return b.String()
}

// title breaks by sense: the unit above, what it did below, when one line is too short.
func (w *filler) title() string {
	text := w.of(Title, w.d.Title())
	if rest, ok := strings.CutPrefix(text, w.d.Issuer); ok && rest != "" && width(text) > 36 {
		return w.p(roleTitle, "", w.d.Issuer, rest)
	}
	return w.p(roleTitle, "", text)
}

// width counts half-width characters.
func width(s string) (n int) {
	for _, r := range s {
		if n++; r > 0x2E7F {
			n++
		}
	}
	return n
}

func (w *filler) body() string {
	var b strings.Builder
	for i := range w.blocks {
		text := w.blocks[i].Text()
		switch w.blocks[i].Kind {
		case Heading:
			b.WriteString(w.p(roleHead1, "", text))
		case Heading2:
			b.WriteString(w.p(roleHead2, "", text))
		case Paragraph:
			b.WriteString(w.p(roleBody, "", text))
		}
	}
	if b.Len() == 0 {
		return w.p(roleBody, "", "")
	}
	return b.String()
}

func (w *filler) annexNames() []string {
	names := []string{"主要工作指标表"}
	if len(w.d.Charts) > 0 {
		names = append(names, "统计图")
	}
	if w.o.Definitions {
		names = append(names, "指标口径说明")
	}
	return names
}

func (w *filler) annexList() string {
	names := w.annexNames()
	if len(names) == 1 {
		return w.p(roleAnnex, "", "附件："+names[0])
	}
	var b strings.Builder
	for i, name := range names {
		text := fmt.Sprintf("%d. %s", i+1, name)
		if i == 0 {
			b.WriteString(w.p(roleAnnex, `<w:ind w:leftChars="650" w:left="2080" w:hangingChars="450" w:hanging="1440"/>`, "附件："+text))
		} else {
			b.WriteString(w.p(roleAnnex, `<w:ind w:leftChars="500" w:left="1600" w:hangingChars="0" w:hanging="0"/>`, text))
		}
	}
	return b.String()
}

// sign puts the unit's name centred over the date, whose right edge is four
// characters in; a name too wide for that stands two in from the edge.
func (w *filler) sign() string {
	date := longDate(w.o.Date)
	right := func(half int) string { // in half characters
		return fmt.Sprintf(`<w:ind w:rightChars="%d" w:right="%d"/>`, half*50, half*charTwips/2)
	}
	unit := 8 + (width(date)-width(w.d.Issuer))/2
	dated := 8
	if unit < 4 {
		unit = 4
		dated = max(4+(width(w.d.Issuer)-width(date))/2, 8)
	}
	return w.p(roleSign, keepNext+right(unit), w.d.Issuer) + w.p(roleSign, right(dated), date)
}

func (w *filler) annexes() (string, error) {
	names := w.annexNames()
	var b strings.Builder
	for i, name := range names {
		number := "附件"
		if len(names) > 1 {
			number = fmt.Sprintf("附件%d", i+1)
		}
		b.WriteString(w.p(roleAnnexNo, `<w:pageBreakBefore/>`, number))
		b.WriteString(w.p(roleTitle, "", name))
		b.WriteString(w.p(roleBody, "", ""))
		switch name {
		case "主要工作指标表":
			b.WriteString(w.table())
		case "统计图":
			xml, err := w.charts()
			if err != nil {
				return "", err
			}
			b.WriteString(xml)
		default:
			b.WriteString(w.definitionList())
		}
	}
	return b.String(), nil
}

func (w *filler) table() string {
	head := []string{"指标", "单位", "本期", "上年同期", "同比"}
	widths := []int{2745, 1200, 1500, 1500, 1900}
	if w.d.Before != nil {
		head, widths = append(head, "环比"), []int{2145, 1000, 1250, 1250, 1600, 1600}
	}
	var b strings.Builder
	border := func(side string) string {
		return `<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`
	}
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="` + fmt.Sprint(textWidth) + `" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>` +
		border("top") + border("left") + border("bottom") + border("right") + border("insideH") + border("insideV") + `</w:tblBorders><w:tblLayout w:type="fixed"/>` +
		`<w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, n := range widths {
		fmt.Fprintf(&b, `<w:gridCol w:w="%d"/>`, n)
	}
	b.WriteString(`</w:tblGrid>`)
	row := func(header bool, cells []string) {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if header {
			b.WriteString(`<w:tblHeader/>`)
		}
		b.WriteString(`</w:trPr>`)
		for i, text := range cells {
			more := ""
			if i == 0 && !header {
				more = `<w:jc w:val="left"/>`
			}
			cell := w.p(roleCell, more, text)
			if header {
				cell = strings.Replace(cell, `<w:rPr>`, `<w:rPr><w:rFonts w:hint="eastAsia" w:ascii="`+fontHei+`" w:hAnsi="`+fontHei+`" w:eastAsia="`+fontHei+`"/>`, 1)
				cell = strings.Replace(cell, `<w:rFonts w:hint="eastAsia"/>`, "", 1)
			}
			fmt.Fprintf(&b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>%s</w:tc>`, widths[i], cell)
		}
		b.WriteString(`</w:tr>`)
	}
	row(true, head)
	for _, l := range w.d.Table() {
		cells := []string{l.Name, l.Measure, l.Value, l.YearBefore, l.Change}
		if w.d.Before != nil {
			cells = append(cells, l.Before)
		}
		row(false, cells)
	}
	b.WriteString(`</w:tbl>`)
	return b.String() + w.p(roleBody, "", "") // a picture straight after would hide the table's lower border
}

func (w *filler) charts() (string, error) {
	var b strings.Builder
	for i := range w.d.Charts {
		c := &w.d.Charts[i]
		raw, err := c.Picture()
		if err != nil {
			return "", err
		}
		n := len(w.pictures) + 1
		w.pictures = append(w.pictures, file{fmt.Sprintf("word/media/fieldkit%d.png", n), string(raw)})
		const cx, cy = 5_400_000, 5_400_000 * pictureHeight / pictureWidth // EMU: 150 mm wide
		ppr, _ := w.properties(rolePicture, "")
		b.WriteString(w.p(roleCaption, "", fmt.Sprintf("图%d  %s", i+1, c.Title)))
		fmt.Fprintf(&b, `<w:p>%s<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="图%d" descr="%s"/>`+
			`<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="%d" name="fieldkit%d.png"/><pic:cNvPicPr/></pic:nvPicPr>`+
			`<pic:blipFill><a:blip xmlns:r="`+officeRel+`" r:embed="fkPicture%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`,
			ppr, cx, cy, 9000+n, n, escape(c.Title), n, n, n, cx, cy)
	}
	if b.Len() == 0 {
		return w.p(roleBody, "", "（本期没有可画的数据）"), nil
	}
	return b.String(), nil
}

// definitions is the annex where a template places it itself: printed on wish only.
func (w *filler) definitions() string {
	if !w.o.Definitions {
		return w.p(roleBody, "", "")
	}
	return w.definitionList()
}

func (w *filler) definitionList() string {
	var b strings.Builder
	for i, l := range w.d.Definitions(w.text) {
		name := l.Name
		if l.Measure != "" {
			name += "（" + l.Measure + "）"
		}
		b.WriteString(w.p(roleBody, "", fmt.Sprintf("%d. %s：%s", i+1, name, l.Define)))
	}
	if w.d.Rules.Rounding != "exact" {
		b.WriteString(w.p(roleBody, "", "正文中的约数：不足100的写精确数；100以上只留首位数字，少写超过两成的留两位，满1万的留两位并以“万”为单位，有舍去的加“余”；表中为精确数。"))
	}
	return b.String()
}

// attach puts the pictures into the package.
func (w *filler) attach() {
	if len(w.pictures) == 0 {
		return
	}
	rels, types := w.part(relsPart), w.part("[Content_Types].xml")
	for i, f := range w.pictures {
		w.files = append(w.files, f)
		rels = w.part(relsPart) // append may have moved the parts
		rels.content = strings.Replace(rels.content, `</Relationships>`, relationship(fmt.Sprintf("fkPicture%d", i+1), "image", strings.TrimPrefix(f.name, "word/"))+`</Relationships>`, 1)
	}
	types = w.part("[Content_Types].xml")
	if !strings.Contains(strings.ToLower(types.content), `extension="png"`) {
		types.content = strings.Replace(types.content, `<Override`, `<Default Extension="png" ContentType="image/png"/><Override`, 1)
	}
}

// FileName is what a report's file is called: 青岚县公安局2025年防范电信网络诈骗工作总结.
func (d *Draft) FileName() string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < 0x20 {
			return '_'
		}
		return r
	}, d.Title())
}

// Today is the date that a document made now carries.
func Today(now time.Time) time.Time { return now.In(model.Location) }
