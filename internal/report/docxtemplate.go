package report

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"time"
)

// DefaultTemplate is the built-in template: a .docx that the office may open in
// Word, edit and hand back. The same for all kinds; the text carries what differs.
func DefaultTemplate() []byte {
	p := func(name, text string) string {
		r := roles[name]
		return `<w:p><w:pPr><w:pStyle w:val="` + r.id + `"/></w:pPr><w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t>` + text + `</w:t></w:r></w:p>`
	}
	body := p(roleTitle, "{{标题}}") + p(roleBody, "") + p(roleTo, "{{主送机关}}") + p(roleBody, "{{正文}}") + p(roleNote, "{{数据说明}}") + p(roleBody, "") +
		p(roleAnnex, "{{附件说明}}") + p(roleBody, "") + p(roleBody, "") + p(roleSign, "{{落款}}") + p(roleBody, "{{附件}}")
	section := `<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/><w:pgSz w:w="11906" w:h="16838"/>` +
		`<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="1304" w:gutter="0"/>` +
		`<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"/></w:sectPr>`
	files := []file{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>` +
			override("/word/document.xml", "wordprocessingml.document.main") + override("/word/styles.xml", "wordprocessingml.styles") + override("/word/settings.xml", "wordprocessingml.settings") +
			override("/word/fontTable.xml", "wordprocessingml.fontTable") + override("/word/footer1.xml", "wordprocessingml.footer") + override("/word/footer2.xml", "wordprocessingml.footer") + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + officeRel + `/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", xmlHead + `<w:document ` + namespaces + `><w:body>` + body + section + `</w:body></w:document>`},
		{"word/_rels/document.xml.rels", xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			relationship("rId1", "styles", "styles.xml") + relationship("rId2", "settings", "settings.xml") + relationship("rId3", "fontTable", "fontTable.xml") +
			relationship("rId4", "footer", "footer1.xml") + relationship("rId5", "footer", "footer2.xml") + `</Relationships>`},
		{"word/styles.xml", xmlHead + stylesXML()},
		{"word/settings.xml", xmlHead + `<w:settings ` + namespaces + `><w:mirrorMargins/><w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="640"/><w:evenAndOddHeaders/>` +
			`<w:drawingGridVerticalSpacing w:val="289"/><w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>` +
			`<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`},
		{"word/fontTable.xml", xmlHead + fontTable()},
		{"word/footer1.xml", xmlHead + footer("right", `<w:ind w:rightChars="100" w:right="280"/>`)},
		{"word/footer2.xml", xmlHead + footer("left", `<w:ind w:leftChars="100" w:left="280"/>`)},
	}
	raw, err := pack(files)
	if err != nil {
		panic("the built-in template is packed in memory: " + err.Error())
	}
	return raw
}

type file struct{ name, content string }

const (
	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	officeRel  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	namespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="` + officeRel + `" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
)

func override(part, kind string) string {
	return `<Override PartName="` + part + `" ContentType="application/vnd.openxmlformats-officedocument.` + kind + `+xml"/>`
}

func relationship(id, kind, target string) string {
	return `<Relationship Id="` + id + `" Type="` + officeRel + "/" + kind + `" Target="` + target + `"/>`
}

// footer is the page number: — 1 —, 四号, half width, 宋体.
func footer(side, indent string) string {
	run := func(inner string) string {
		return `<w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:cs="宋体"/><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr>` + inner + `</w:r>`
	}
	return `<w:ftr ` + namespaces + `><w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>` + indent + `<w:jc w:val="` + side + `"/></w:pPr>` +
		run(`<w:t xml:space="preserve">— </w:t>`) + run(`<w:fldChar w:fldCharType="begin"/>`) + run(`<w:instrText xml:space="preserve"> PAGE </w:instrText>`) +
		run(`<w:fldChar w:fldCharType="separate"/>`) + run(`<w:t>1</w:t>`) + run(`<w:fldChar w:fldCharType="end"/>`) + run(`<w:t xml:space="preserve"> —</w:t>`) + `</w:p></w:ftr>`
}

func fontTable() string {
	var b strings.Builder
	b.WriteString(`<w:fonts ` + namespaces + `>`)
	for _, f := range fallbacks {
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>`, f[0], f[1])
	}
	return b.String() + `</w:fonts>`
}

func stylesXML() string {
	var b strings.Builder
	b.WriteString(`<w:styles ` + namespaces + `><w:docDefaults><w:rPrDefault><w:rPr>` + runFonts(fontBody, 32) + `<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>`)
	b.WriteString(`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/><w:pPr><w:widowControl w:val="0"/>` + spacing + `<w:jc w:val="both"/></w:pPr><w:rPr>` + runFonts(fontBody, 32) + `</w:rPr></w:style>`)
	b.WriteString(`<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>`)
	b.WriteString(`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>`)
	for _, name := range roleOrder {
		r := roles[name]
		level, next := "", ""
		if r.outline > 0 {
			level = fmt.Sprintf(`<w:outlineLvl w:val="%d"/>`, r.outline-1)
			next = `<w:next w:val="FkBody"/>`
		}
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:customStyle="%d" w:styleId="%s"><w:name w:val="%s"/><w:basedOn w:val="%s"/>%s<w:qFormat/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`,
			map[bool]int{true: 0, false: 1}[r.outline > 0], r.id, r.name, r.based, next, r.ppr+level, r.rpr)
	}
	return b.String() + `</w:styles>`
}

// stone is the date of every entry, so that the same report is the same bytes.
var stone = time.Date(2012, 7, 1, 0, 0, 0, 0, time.UTC)

// pack writes a .docx.
func pack(files []file) ([]byte, error) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: stone})
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, f.content); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
