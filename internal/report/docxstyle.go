package report

import (
	"fmt"
	"strings"
)

// The layout of GB/T 9704-2012 (domain.md 5.3). Lengths in twips (1/20 pt), type
// sizes in half points. Each role of a paragraph is written once: the built-in
// template declares it as a style, and a template of the office's own that lacks
// the style gets the same formatting written out.

const (
	lineTwips = 560  // exact 28 pt
	charTwips = 320  // 三号 = 16 pt
	textWidth = 8845 // 156 mm
)

// fonts by role; the second is the fallback that the font table names.
const (
	fontTitle = "方正小标宋简体"
	fontBody  = "仿宋_GB2312"
	fontKai   = "楷体_GB2312"
	fontHei   = "黑体"
	fontSong  = "宋体"
)

var fallbacks = [][2]string{{fontTitle, "宋体"}, {fontBody, "仿宋"}, {fontKai, "楷体"}, {fontHei, "SimHei"}, {fontSong, "SimSun"}}

// role is the form of a paragraph.
type role struct {
	id, name string // of the style
	based    string
	outline  int // heading level from 1; 0 none
	ppr, rpr string
}

// runFonts is a run's form. Characters of 三号 stand a quarter point closer, which
// gives the 28 of a line in every program; Word's grid alone would do it in Word only.
func runFonts(font string, halfPoints int) string {
	closer := ""
	if halfPoints == 32 {
		closer = `<w:spacing w:val="-5"/>`
	}
	return fmt.Sprintf(`<w:rFonts w:hint="eastAsia" w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s"/><w:b w:val="0"/><w:bCs w:val="0"/><w:i w:val="0"/><w:color w:val="000000"/>%s<w:sz w:val="%d"/><w:szCs w:val="%d"/>`,
		font, font, font, font, closer, halfPoints, halfPoints)
}

const (
	spacing     = `<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="560" w:lineRule="exact"/>`
	spacingCell = `<w:snapToGrid w:val="0"/><w:spacing w:before="40" w:after="40" w:line="360" w:lineRule="exact"/>`
	spacingFree = `<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>`
	indentTwo   = `<w:ind w:firstLineChars="200" w:firstLine="640"/>`
	keepNext    = `<w:keepNext/>`
)

const (
	roleTitle   = "title"
	roleTo      = "to"
	roleBody    = "body"
	roleHead1   = "head1"
	roleHead2   = "head2"
	roleHead3   = "head3"
	roleHead4   = "head4"
	roleNote    = "note"
	roleSign    = "sign"
	roleAnnex   = "annex"
	roleAnnexNo = "annexno"
	roleCell    = "cell"
	roleCaption = "caption"
	rolePicture = "picture"
)

// roleOrder is the order in which styles are declared.
var roleOrder = []string{roleTitle, roleTo, roleBody, roleHead1, roleHead2, roleHead3, roleHead4, roleNote, roleSign, roleAnnex, roleAnnexNo, roleCell, roleCaption, rolePicture}

var roles = map[string]role{
	roleTitle:   {"FkTitle", "公文标题", "Normal", 0, spacing + `<w:jc w:val="center"/>`, runFonts(fontTitle, 44)},
	roleTo:      {"FkTo", "主送机关", "Normal", 0, spacing + `<w:jc w:val="left"/>`, runFonts(fontBody, 32)},
	roleBody:    {"FkBody", "公文正文", "Normal", 0, spacing + indentTwo + `<w:jc w:val="both"/>`, runFonts(fontBody, 32)},
	roleHead1:   {"1", "heading 1", "Normal", 1, keepNext + spacing + indentTwo + `<w:jc w:val="left"/>`, runFonts(fontHei, 32)},
	roleHead2:   {"2", "heading 2", "Normal", 2, keepNext + spacing + indentTwo + `<w:jc w:val="left"/>`, runFonts(fontKai, 32)},
	roleHead3:   {"3", "heading 3", "Normal", 3, keepNext + spacing + indentTwo + `<w:jc w:val="left"/>`, runFonts(fontBody, 32)},
	roleHead4:   {"4", "heading 4", "Normal", 4, keepNext + spacing + indentTwo + `<w:jc w:val="left"/>`, runFonts(fontBody, 32)},
	roleNote:    {"FkNote", "公文注释", "Normal", 0, `<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="440" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="560"/><w:jc w:val="both"/>`, runFonts(fontKai, 28)},
	roleSign:    {"FkSign", "落款", "Normal", 0, spacing + `<w:jc w:val="right"/>`, runFonts(fontBody, 32)},
	roleAnnex:   {"FkAnnex", "附件说明", "Normal", 0, spacing + `<w:ind w:leftChars="500" w:left="1600" w:hangingChars="300" w:hanging="960"/><w:jc w:val="left"/>`, runFonts(fontBody, 32)},
	roleAnnexNo: {"FkAnnexNo", "附件序号", "Normal", 0, keepNext + spacing + `<w:jc w:val="left"/>`, runFonts(fontHei, 32)},
	roleCell:    {"FkCell", "表格文字", "Normal", 0, spacingCell + `<w:jc w:val="center"/>`, runFonts(fontBody, 24)},
	roleCaption: {"FkCaption", "图题", "Normal", 0, keepNext + spacing + `<w:jc w:val="center"/>`, runFonts(fontHei, 28)},
	rolePicture: {"FkPicture", "图片", "Normal", 0, spacingFree + `<w:jc w:val="center"/>`, runFonts(fontBody, 32)},
}

// properties is a paragraph's w:pPr and its runs' w:rPr: by the template's style
// where it has one of the role's name, else written out. more overrides.
func (t *template) properties(name, more string) (ppr, rpr string) {
	r := roles[name]
	if id := t.styles[r.name]; id != "" {
		return `<w:pPr><w:pStyle w:val="` + id + `"/>` + more + `</w:pPr>`, `<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>`
	}
	level := ""
	if r.outline > 0 {
		level = fmt.Sprintf(`<w:outlineLvl w:val="%d"/>`, r.outline-1)
	}
	own := r.ppr
	for _, element := range []string{"w:ind", "w:jc", "w:pageBreakBefore"} { // what more says stands
		if strings.Contains(more, "<"+element) {
			if at := strings.Index(own, "<"+element); at >= 0 {
				end := at + strings.Index(own[at:], "/>") + 2
				own = own[:at] + own[end:]
			}
		}
	}
	return `<w:pPr>` + order(own+more+level) + `</w:pPr>`, `<w:rPr>` + r.rpr + `</w:rPr>`
}

// order puts the elements of a w:pPr into the order that the schema asks for.
func order(ppr string) string {
	var out strings.Builder
	for _, name := range []string{"w:keepNext", "w:pageBreakBefore", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"} {
		for rest := ppr; ; {
			at := strings.Index(rest, "<"+name+" ")
			if short := strings.Index(rest, "<"+name+"/>"); at < 0 || short >= 0 && short < at {
				at = short
			}
			if at < 0 {
				break
			}
			end := at + strings.Index(rest[at:], "/>") + 2
			out.WriteString(rest[at:end])
			rest = rest[end:]
		}
	}
	return out.String()
}
