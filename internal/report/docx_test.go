package report

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a county's year as a draft: the figures of domain.md, section 6.
func sample(kind string) (*Draft, string) {
	d := &Draft{Kind: kind, From: "2025-01-01", To: "2025-12-31", County: "青岚县", Issuer: "青岚县公安局", Addressee: "青岚县打击治理电信网络新型违法犯罪工作联席会议办公室", Period: "2025年",
		Rules: model.DefaultSettings(), Figures: figures.Set{}, YearBefore: figures.Set{}, Made: time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location).UnixMilli(),
		Named: map[string]string{"period": "2025年", "phone": "96268", "types6": "刷单返利、冒充电商物流客服、虚假网络投资理财、虚假贷款、网络游戏产品虚假交易、保健品诈骗", "digests3": "刷单返利、虚假贷款",
			"depts": "移动、联通、电信、通信管理局、银行、网吧协会", "channels": "抖音、微信、微博、论坛", "periods": "元旦、春节", "stations": "城关派出所、岭口派出所"},
		Complete: Completeness{At: time.Date(2026, 1, 5, 9, 0, 0, 0, model.Location).UnixMilli(), Kits: 6, In: 5, Missing: []string{"D4（岭口派出所，最近同步2025年12月6日）"}},
		Charts: []Chart{{Title: "各月发放宣传单（份）", Labels: []string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}, Values: []int64{1030, 140, 669, 377, 160, 1028, 199, 0, 565, 198, 210, 561}},
			{Title: "咨询的诈骗类型（条）", Bars: true, Labels: []string{"刷单返利", "冒充电商物流客服", "虚假网络投资理财", "虚假贷款"}, Values: []int64{62, 41, 33, 30}}}}
	switch kind {
	case "R1":
		d.Issuer, d.Addressee = "青岚县农村商业银行营业部", "国家金融监督管理总局云州监管分局"
		d.Units = []string{"5b0e76cf-8147-53f5-a8db-8376190a583c"} // of one unit: what it joined is told
	case "R2":
		d.Issuer, d.Addressee = "青岚县公安局网安大队", "青岚县公安局"
	}
	for code, v := range map[string]int64{"M01": 8, "M01s": 11, "M02": 5137, "M02b": 320, "M03": 6, "M03h": 1651, "M04": 862, "M05": 112, "M06": 80_765_000, "M07": 34, "M07r": 1_250_000, "M08": 300, "M08k": 151, "M08d": 96,
		"M08r": 927, "M08v": 41, "M09": 184, "M10": 2, "M10v": 18, "M10m": 72, "M11": 889, "M11d": 18, "M11b": 12, "M11l": 48, "M12": 31, "M12h": 5, "M12k": 4, "M13": 4, "M13h": 74, "M13r": 923, "M14": 973, "M14k": 9846,
		"M14r": 10120, "M14s": 1275, "M15": 9, "M15f": 23_000_000, "M15m": 17, "M15p": 1, "M15d": 2, "M16": 12, "M16s": 8, "M16i": 57, "M16k": 6, "M16c": 19, "M17": 9, "M17e": 268, "M17j": 3, "M17p": 2} {
		d.Figures[code] = figures.Figure{Value: v}
		d.YearBefore[code] = figures.Figure{Value: v * 4 / 5}
	}
	d.Figures["M05"] = figures.Figure{Value: 112, Parts: map[string]int64{"bank_counter": 33}}
	d.Figures["M06"] = figures.Figure{Value: 80_765_000, Parts: map[string]int64{"bank_counter": 20_759_950}}
	d.Figures["M04p"] = figures.Figure{Parts: map[string]int64{"warning": 300, "case": 210, "rebuttal": 42}}
	d.Figures["M11q"] = figures.Figure{Parts: map[string]int64{"led": 3, "slogan": 12, "banner": 4, "warning_sign": 6}}
	d.Figures["M11s"] = figures.Figure{Parts: map[string]int64{"led": 3, "slogan": 12, "banner": 4, "warning_sign": 6}}
	d.Figures["M12"] = figures.Figure{Value: 31, Parts: map[string]int64{"V02": 22, "V04": 9}}
	d.Figures["M13o"] = figures.Figure{Parts: map[string]int64{"accountant": 13, "loan_officer": 10, "teller": 36}}
	return d, d.write()
}

func made(t *testing.T, d *Draft, text string, o DocxOptions) []byte {
	t.Helper()
	o.Date = time.Date(2025, 12, 31, 9, 0, 0, 0, model.Location)
	raw, err := Docx(d, text, o)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// part reads a part of a .docx; every part must be well-formed.
func part(t *testing.T, raw []byte, name string) (found string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f.Name, ".png") {
			if err := wellFormed(string(content)); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
		if f.Name == name {
			found = string(content)
		}
	}
	return found
}

// plainText is what a reader sees, a line a paragraph.
func plainText(document string) string {
	var b strings.Builder
	for _, p := range paragraphs(document) {
		b.WriteString(p.text() + "\n")
	}
	return b.String()
}

func TestGoldenDocuments(t *testing.T) {
	for _, kind := range Kinds {
		d, text := sample(kind)
		raw := made(t, d, text, DocxOptions{Definitions: true})
		if !bytes.Equal(raw, made(t, d, text, DocxOptions{Definitions: true})) {
			t.Error("the same report is not the same bytes")
		}
		got := strings.ReplaceAll(part(t, raw, documentPart), "</w:p>", "</w:p>\n")
		name := filepath.Join("testdata", kind+".document.xml")
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; look at it and run with -update", kind, name)
		}
	}
}

// The layout of GB/T 9704-2012 is in the file: page, grid, fonts of Chinese text, styles, page numbers.
func TestLayout(t *testing.T) {
	d, text := sample("R3")
	raw := made(t, d, text, DocxOptions{})
	document, styles := part(t, raw, documentPart), part(t, raw, "word/styles.xml")
	for _, want := range []string{`w:w="11906" w:h="16838"`, `w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"`, `w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"`, `<w:tblHeader/>`, `r:embed="fkPicture2"`, `<w:pStyle w:val="1"/>`} {
		if !strings.Contains(document, want) {
			t.Errorf("document.xml lacks %s", want)
		}
	}
	for _, want := range []string{`w:eastAsia="方正小标宋简体"`, `w:eastAsia="仿宋_GB2312"`, `w:eastAsia="黑体"`, `w:eastAsia="楷体_GB2312"`, `<w:name w:val="heading 1"/>`, `w:line="560" w:lineRule="exact"`, `w:firstLineChars="200"`} {
		if !strings.Contains(styles, want) {
			t.Errorf("styles.xml lacks %s", want)
		}
	}
	if odd, even := part(t, raw, "word/footer1.xml"), part(t, raw, "word/footer2.xml"); !strings.Contains(odd, `<w:jc w:val="right"/>`) || !strings.Contains(even, `<w:jc w:val="left"/>`) || !strings.Contains(odd, " PAGE ") {
		t.Error("page numbers")
	}
	if !strings.Contains(part(t, raw, "word/settings.xml"), "<w:evenAndOddHeaders/>") {
		t.Error("odd and even pages are the same")
	}
	got := plainText(document)
	for _, want := range []string{"青岚县公安局2025年防范电信网络诈骗工作总结", "联席会议办公室：", "大型街面宣传8次，发放宣传单5000余份，专题讲座6次；", "避免损失80余万元，抓获嫌疑人34人。", "一、设专家席", "附件：1. 主要工作指标表", "2025年12月31日", "80.77", "上升25.0%", "未到齐：D4"} {
		if !strings.Contains(got, want) {
			t.Errorf("the text lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "指标口径") || strings.Contains(got, "{{") {
		t.Errorf("the text has what it should not:\n%s", got)
	}
}

// edited is the built-in template with document.xml changed, as Word would save it.
func edited(t *testing.T, change func(string) string) []byte {
	t.Helper()
	tpl, err := readTemplate(DefaultTemplate())
	if err != nil {
		t.Fatal(err)
	}
	f := tpl.part(documentPart)
	f.content = change(f.content)
	raw, err := pack(tpl.files)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func insert(xml string) func(string) string {
	return func(s string) string { return strings.Replace(s, "<w:body>", "<w:body>"+xml, 1) }
}

func TestPlaceholdersSurviveSplitRuns(t *testing.T) {
	d, text := sample("R3")
	for _, c := range []struct{ xml, want string }{
		{`<w:p><w:r><w:t>共发{</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr><w:t>{M0</w:t></w:r><w:r><w:t>2}</w:t></w:r><w:r><w:t>}份</w:t></w:r></w:p>`, "共发5000余份\n"},
		{`<w:p><w:r><w:t>{{M02!}}份，</w:t></w:r><w:r><w:t>避免{{ M06 }}；{{M12.V02}}家｛｛时段｝｝</w:t></w:r></w:p>`, "5137份，避免80余万元；22家2025年\n"},
		{`<w:p><w:r><w:t/></w:r><w:r><w:t xml:space="preserve"> </w:t></w:r><w:r><w:t>{{单位}}（{{县名}}）&amp;{{M13o}}</w:t></w:r></w:p>`, " 青岚县公安局（青岚县）&0\n"},
		{`<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{指标</w:t></w:r><w:r><w:t>表}}</w:t></w:r></w:p>`, "大型街面宣传\n次\n8\n"},
	} {
		raw, err := Docx(d, text, DocxOptions{Template: edited(t, insert(c.xml)), Date: time.UnixMilli(d.Made)})
		if err != nil {
			t.Errorf("%s: %v", c.want, err)
			continue
		}
		if got := plainText(part(t, raw, documentPart)); !strings.Contains(got, c.want) {
			t.Errorf("%q is not in\n%s", c.want, got[:min(len(got), 600)])
		}
	}
}

// A template without our styles gets the formatting written out.
func TestForeignTemplate(t *testing.T) {
	d, text := sample("R2")
	tpl, err := readTemplate(DefaultTemplate())
	if err != nil {
		t.Fatal(err)
	}
	for i := range tpl.files {
		if tpl.files[i].name == "word/styles.xml" {
			tpl.files[i].content = `<w:styles ` + namespaces + `/>`
		}
	}
	raw, err := pack(tpl.files)
	if err != nil {
		t.Fatal(err)
	}
	document := part(t, made(t, d, text, DocxOptions{Template: raw}), documentPart)
	if !strings.Contains(document, `w:eastAsia="黑体"`) || !strings.Contains(document, `<w:outlineLvl w:val="0"/>`) {
		t.Error("headings have lost their form")
	}
}

func TestBadTemplatesAreRefusedWithASentence(t *testing.T) {
	good := DefaultTemplate()
	line := func(text string) []byte { return edited(t, insert(`<w:p><w:r><w:t>`+text+`</w:t></w:r></w:p>`)) }
	cut := func(s string) string { return s[:len(s)-30] }
	for _, c := range []struct {
		name, code, says string
		raw              []byte
	}{
		{"nothing", "template_damaged", "可能已损坏", []byte{}},
		{"no zip", "template_damaged", "可能已损坏", []byte("这不是 Word 文档")},
		{"cut short", "template_damaged", "可能已损坏", good[:len(good)/2]},
		{"bytes changed", "template_damaged", "可能已损坏", append(append([]byte{}, good[:200]...), append(bytes.Repeat([]byte{7}, 400), good[600:]...)...)},
		{"broken XML", "template_damaged", "可能已损坏", edited(t, cut)},
		{"unknown", "template_unknown", "{{宣传单数}}", line("{{宣传单数}}")},
		{"unknown figure", "template_unknown", "{{M99}}", line("发放{{M99}}份")},
		{"not alone", "template_place", "{{正文}}", line("以下：{{正文}}")},
		{"open", "template_broken", "{{时段", line("{{时段")},
		{"no body", "template_body", "{{正文}}", edited(t, func(s string) string { return strings.Replace(s, "{{正文}}", "", 1) })},
	} {
		d, text := sample("R3")
		_, err := Docx(d, text, DocxOptions{Template: c.raw})
		var p *Problem
		if !errors.As(err, &p) || p.Code != c.code || !strings.Contains(p.Message, c.says) || !strings.Contains(p.Message, "没有生成报告") || p.MessageEN == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := CheckTemplate(good); err != nil {
		t.Error(err)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add(DefaultTemplate())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, text := sample("R3")
		_, _ = Docx(d, text, DocxOptions{Template: raw}) // must not panic
	})
}

// soffice converts a document to PDF and tells its pages.
func soffice(t *testing.T, name string, raw []byte) (pages int) {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed")
	}
	dir := t.TempDir()
	if keep := os.Getenv("REPORT_PICTURES"); keep != "" {
		dir = keep
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-env:UserInstallation=file://"+filepath.Join(t.TempDir(), "office"), "--headless", "--convert-to", "pdf", "--outdir", dir, path).CombinedOutput()
	pdf, readErr := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".pdf")
	if err != nil || readErr != nil || strings.Contains(string(out), "Error") {
		t.Fatalf("soffice: %v, %v: %s", err, readErr, out)
	}
	for _, m := range regexp.MustCompile(`/Count (\d+)`).FindAllSubmatch(pdf, -1) {
		n, _ := strconv.Atoi(string(m[1])) // of nodes of the page tree; the root has them all
		pages = max(pages, n)
	}
	return pages
}

func TestLibreOfficeOpensEveryReport(t *testing.T) {
	for _, kind := range Kinds {
		d, text := sample(kind)
		if pages := soffice(t, kind+".docx", made(t, d, text, DocxOptions{Definitions: true})); pages < 4 || pages > 9 {
			t.Errorf("%s has %d pages", kind, pages)
		}
	}
}

// A report of 200 pages is made, and opens.
func TestTwoHundredPages(t *testing.T) {
	d, text := sample("R3")
	var b strings.Builder
	b.WriteString(text)
	for i := range 1100 {
		fmt.Fprintf(&b, "第%d段。{M02=5000余}份，%s\n", i, strings.Repeat("反诈宣传进社区、进学校、进企业、进农村、进家庭，", 4))
	}
	start := time.Now()
	raw := made(t, d, b.String(), DocxOptions{})
	if took := time.Since(start); took > 60*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(plainText(part(t, raw, documentPart)), "第1099段。5000余份") {
		t.Error("its end is missing")
	}
	if testing.Short() {
		return
	}
	if pages := soffice(t, "long.docx", raw); pages < 200 {
		t.Errorf("it has %d pages", pages)
	}
}
