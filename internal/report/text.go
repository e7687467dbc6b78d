package report

import (
	"regexp"
	"strings"
)

// A report's text is plain lines, so that concurrent edits merge: "= " begins the
// title, "@ " the addressee, "# " a heading, "## " one below it; any other line is
// a paragraph. {key=shown} is a linked figure; {key!=shown} one that is written
// exactly. A figure whose shown text is not what the figures give was typed over.

// Parts of a line.
const (
	Title     = "title"
	Addressee = "addressee"
	Heading   = "heading"
	Heading2  = "heading2"
	Paragraph = "paragraph"
)

// Block is one line.
type Block struct {
	Kind string `json:"kind"`
	Runs []Run  `json:"runs"`
}

// Run is a stretch of text; Key is set of a linked figure.
type Run struct {
	Text   string `json:"text"`
	Key    string `json:"key,omitempty"`
	Exact  bool   `json:"exact,omitempty"`
	Edited bool   `json:"edited,omitempty"` // 手改: typed over
}

// Text is the block as it is read.
func (b *Block) Text() string {
	var s strings.Builder
	for _, r := range b.Runs {
		s.WriteString(r.Text)
	}
	return s.String()
}

var fieldMark = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9_.+]*!?)=([^{}]*)\}`)

func link(key, shown string) string { return "{" + key + "=" + plain(shown) + "}" }

// plain takes from a text what would be read as a mark.
func plain(text string) string {
	return strings.NewReplacer("{", "｛", "}", "｝", "\n", " ", "\r", "").Replace(text)
}

var prefixes = []struct{ mark, kind string }{{"= ", Title}, {"@ ", Addressee}, {"## ", Heading2}, {"# ", Heading}}

// Parse reads a text. of tells what a key shows now (nil: nothing is flagged).
func Parse(text string, of func(key string, exact bool) (string, bool)) []Block {
	blocks := []Block{}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		b := Block{Kind: Paragraph, Runs: []Run{}}
		for _, p := range prefixes {
			if rest, ok := strings.CutPrefix(line, p.mark); ok {
				b.Kind, line = p.kind, rest
				break
			}
		}
		at := 0
		for _, m := range fieldMark.FindAllStringSubmatchIndex(line, -1) {
			if m[0] > at {
				b.Runs = append(b.Runs, Run{Text: line[at:m[0]]})
			}
			key, exact := strings.CutSuffix(line[m[2]:m[3]], "!")
			r := Run{Text: line[m[4]:m[5]], Key: key, Exact: exact}
			if of != nil {
				shown, known := of(key, exact)
				r.Edited = !known || shown != r.Text
			}
			b.Runs = append(b.Runs, r)
			at = m[1]
		}
		if at < len(line) {
			b.Runs = append(b.Runs, Run{Text: line[at:]})
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// Format is the text of blocks: the inverse of Parse.
func Format(blocks []Block) string {
	var s strings.Builder
	for i := range blocks {
		for _, p := range prefixes {
			if p.kind == blocks[i].Kind {
				s.WriteString(p.mark)
			}
		}
		for _, r := range blocks[i].Runs {
			switch {
			case r.Key != "" && r.Exact:
				s.WriteString("{" + r.Key + "!=" + plain(r.Text) + "}")
			case r.Key != "":
				s.WriteString(link(r.Key, r.Text))
			default:
				s.WriteString(plain(r.Text))
			}
		}
		s.WriteString("\n")
	}
	return s.String()
}

// Relink shows the figures of now in a text made from those of before; what was
// typed over stays.
func Relink(text string, before, now *Draft) string {
	blocks := Parse(text, before.Show)
	for i := range blocks {
		for j := range blocks[i].Runs {
			if r := &blocks[i].Runs[j]; r.Key != "" && !r.Edited {
				if shown, known := now.Show(r.Key, r.Exact); known {
					r.Text = shown
				}
			}
		}
	}
	return Format(blocks)
}
