package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"fieldkit/sync/changeset"
)

const ms = 1736470800000 // of at

// idMS is the time in the ids of new rows.
var idMS, _ = newRow(1).ID.UnixMilli()

// payload is a valid one, in pieces: two new rows and two named ones, a column of
// every kind.
func payload() *node {
	id := func(n byte) []byte { r := newRow(n).ID; return r[6:] }
	column := func(number uint64, kind, typ byte, rows int, kids ...*node) *node {
		stamps := list("stamps", same("ms", 0), same("counters", 0))
		return list(fmt.Sprint(number), num("number", number), raw("kind", kind), raw("type", typ),
			content("content", append([]*node{stamps, same("by", 0)}, kids...)...))
	}
	versions := func(counts *node, kids ...*node) *node {
		return list("versions", append([]*node{counts}, kids...)...)
	}
	return list("payload",
		list("origins", num("count", 1), raw("replica", other.Replica[:]...), num("incarnation", 2)),
		list("tables", num("count", 2),
			list("9", num("number", 9), content("content",
				num("introduced", 2),
				list("ids", raw("form", 1), same("ms", idMS), raw("tails", append(id(1), id(2)...)...)),
				num("named", 2), same("origins", 1), ints("seqs", 3, 12),
				list("stamps", ints("ms", 0, 0, ms-idOf(3), ms-idOf(12)), same("counters", 0)),
				list("shapes", num("count", 2), list("0", num("columns", 7), num("a", 1), num("b", 1), num("c", 1), num("d", 1), num("e", 1), num("f", 1), num("g", 1)), list("1", num("columns", 1), num("a", 2))),
				ints("shape", 0, 1, 1, 1),
				list("columns", num("count", 7),
					column(1, 2, 2, 1, versions(same("counts", 0)), same("nulls", 0), same("values", 5)),
					column(2, 1, 1, 4, versions(ints("counts", 0, 0, 1, 0), list("stamps", same("ms", 40), same("counters", 0)), same("origins", 1)), ints("nulls", 0, 0, 1, 0), texts("values", "刷单", "ab", "客服")),
					column(3, 3, 2, 1, same("plus", 380), same("minus", 2)),
					column(4, 4, 7, 1, same("elements", 2), texts("values", "H3", "H9"), ints("present", 1, 0), list("added", ints("ms", 0, 0), same("counters", 0)),
						versions(ints("counts", 0, 1), list("stamps", same("ms", 40), same("counters", 0)), same("origins", 1))),
					column(5, 1, 5, 1, versions(same("counts", 0)), same("nulls", 0), list("values", raw("form", 1), num("distinct", 1), list("texts", raw("form", 0), same("lengths", 16), raw("bytes", bytes.Repeat([]byte{3}, 16)...)), same("indexes", 0))),
					column(6, 5, 1, 1, versions(same("counts", 0)),
						list("insertions", same("counts", 1), same("numbers", 1), same("origins", 1), same("seqs", 4), same("ms", 0), same("counters", 0), texts("texts", "补充")),
						list("deletions", same("counts", 1), same("numbers", 3), same("origins", 1), same("seqs", 2), same("ms", 0), same("counters", 0))),
					column(7, 1, 1, 1, versions(same("counts", 0)), same("nulls", 0), list("values", raw("form", 1), num("distinct", 1), list("texts", raw("form", 3), same("lengths", 3), same("numbers", 110)), same("indexes", 0))),
				))),
			list("99", num("number", 99), content("content", num("introduced", 3), raw("rest", 1, 2, 3)))),
		raw("states", 0))
}

func idOf(seq uint64) int64 { t, _ := row(seq).UnixMilli(); return t }

// states is a valid end of a payload that carries states.
func states() *node {
	p := payload()
	*p.at("states") = *list("states", raw("kind", 2),
		list("audiences", num("count", 1), same("lengths", 8), text("bytes", "everyone")),
		list("heads", num("count", 1), same("audiences", 0), same("origins", 1), same("numbers", 3), same("completes", 9), same("rows", 12), raw("hashes", make([]byte, 32)...),
			same("held", 1), same("first", int64(at)), same("length", 9)),
		list("tables", num("count", 1), list("9", num("number", 9), content("content",
			num("introduced", 1), list("ids", raw("form", 0), raw("whole", newBytes(1)...)), num("named", 0),
			list("stamps", same("ms", ms-idMS), same("counters", 0)),
			list("shapes", num("count", 1), list("0", num("columns", 1), num("a", 2))), same("shape", 0),
			list("columns", num("count", 1), list("2", num("number", 2), raw("kind", 1), raw("type", 2), content("content",
				list("stamps", same("ms", 0), same("counters", 0)), same("by", 0), same("counts", 0), same("nulls", 0), same("values", 5)))),
			same("names", 1), same("origins", 1), same("seqs", 4), same("froms", 1), same("from", 0),
			same("passed", 1), same("passed columns", 2), same("passed by", 1), list("passed stamps", same("ms", 0), same("counters", 0))))))
	return p
}

func newBytes(n byte) []byte { id := newRow(n).ID; return id[:] }

// head is a valid header for a payload as it is.
func head(p []byte, rawSize int) *node {
	sum := sha256.Sum256(p)
	return list("header", raw("version", 1), raw("hash", 1), raw("signature", 1), raw("compression", 0), num("dictionary", 0), raw("sealing", 0),
		raw("realm", realm[:]...), raw("replica", author.Replica[:]...), num("incarnation", 1), content("audience", text("name", "everyone")), num("number", 1),
		num("first", uint64(at)), num("span", 9), signed("complete", 0), num("rows", 40), num("raw size", uint64(rawSize)), num("payload size", uint64(len(p))), raw("payload hash", sum[:]...))
}

// whole signs a header and puts a changeset together.
func whole(magic string, header, payload []byte) []byte {
	hash := sha256.Sum256(append([]byte("fieldkit changeset v1\x00"), header...))
	b := binary.AppendUvarint([]byte(magic), uint64(len(header)))
	b = append(b, header...)
	b = append(b, ed25519.Sign(key, append([]byte("fieldkit changeset signature v1\x00"), hash[:]...))...)
	return append(b, payload...)
}

const magic = "FKC\x01"

// of is a changeset with a payload.
func of(p *node) []byte {
	b := p.encode()
	return whole(magic, head(b, len(b)).encode(), b)
}

// long is a number not in its shortest form.
func long(n *node) *node {
	b := slices.Clone(n.b)
	b[len(b)-1] |= 0x80
	return raw(n.name, append(b, 0)...)
}

var endless = raw("", bytes.Repeat([]byte{0xff}, 11)...)

func malformed() ([]vector, error) {
	var out []vector
	add := func(name, expect, what string, b []byte) {
		name = strings.NewReplacer("/", "-", " ", "-").Replace("bad-" + name)
		out = append(out, vector{name: name, expect: expect, what: what, raw: b})
	}
	out = append(out, vector{name: "good-by-hand", expect: "ok", what: "the payload that the malformed ones are made of", raw: of(payload())},
		vector{name: "good-by-hand-states", expect: "ok", what: "the same with states", raw: of(states())})

	// Every number, every end, every length of the payload.
	for _, base := range []struct {
		prefix string
		p      *node
		only   string
	}{{"", payload(), ""}, {"", states(), "states"}} {
		base.p.each("", func(path string, n *node) {
			if !strings.HasPrefix(path, base.only) {
				return
			}
			if n.number {
				add("number-"+path, "number", path+" in more bytes than it needs", of(base.p.with(path, long(n))))
			}
			if len(n.kids) == 0 && path != "tables/99/content/rest" {
				add("cut-"+path, "truncated", "the bytes end before "+path, of(base.p.cut(path)))
			}
			if n.prefixed && path != "tables/99/content" {
				fat := base.p.clone()
				fat.at(path).kids = append(fat.at(path).kids, raw("more", 0))
				add("more-"+path, "trailing", "a byte more at the end of "+path, of(fat))
			}
		})
	}
	add("number-endless", "number", "a number of more than 64 bits", of(payload().with("tables/count", endless)))
	add("more-payload", "trailing", "a byte more at the end of the payload", of(list("", payload(), raw("more", 0))))

	// One wrong value each.
	t := "tables/9/content/"
	c := func(n int) string { return fmt.Sprintf("%scolumns/%d/content/", t, n) }
	for _, m := range []struct {
		name, expect, path string
		by                 *node
	}{
		{"too many origins", "too-large", "origins/count", num("", 4096)},
		{"incarnation of 33 bits", "too-large", "origins/incarnation", num("", 1<<32)},
		{"origin is the author", "order", "origins", list("", num("", 1), raw("", author.Replica[:]...), num("", 1))},
		{"origin twice", "order", "origins", list("", num("", 2), raw("", other.Replica[:]...), num("", 2), raw("", other.Replica[:]...), num("", 2))},
		{"too many tables", "too-large", "tables/count", num("", 1025)},
		{"table number of 17 bits", "too-large", "tables/99/number", num("", 1<<16)},
		{"tables out of order", "order", "tables/99/number", num("", 8)},
		{"table twice", "order", "tables/99/number", num("", 9)},
		{"too many rows", "too-large", t + "introduced", num("", 1<<14+1)},
		{"too many named rows", "too-large", t + "named", num("", 1<<14+1)},
		{"too many rows of an unknown table", "too-large", "tables/99/content/introduced", num("", 1<<14+1)},
		{"too many rows together", "too-large", "tables/99/content/introduced", num("", 1<<14-3)},
		{"id form", "form", t + "ids/form", raw("", 2)},
		{"id time negative", "value", t + "ids/ms", same("", -1)},
		{"id time of 49 bits", "value", t + "ids/ms", same("", 1<<48)},
		{"id of another version", "value", t + "ids/tails", raw("", append(append([]byte{0x4a}, newBytes(1)[7:]...), newBytes(2)[6:]...)...)},
		{"rows out of order", "order", t + "ids/tails", raw("", append(newBytes(2)[6:], newBytes(1)[6:]...)...)},
		{"row twice", "order", t + "ids/tails", raw("", append(newBytes(1)[6:], newBytes(1)[6:]...)...)},
		{"integer form", "form", t + "seqs/form", raw("", 6)},
		{"planes of no byte", "form", t + "seqs", list("", raw("", 4), signed("", 1), raw("", 0, 0, 0))},
		{"planes of eight bytes", "form", t + "seqs", list("", raw("", 4), signed("", 1), raw("", 8), raw("", make([]byte, 16)...))},
		{"name of an origin not listed", "reference", t + "origins", same("", 2)},
		{"name of a negative origin", "reference", t + "origins", same("", -1)},
		{"name zero", "value", t + "seqs", ints("", 0, 12)},
		{"name of 49 bits", "value", t + "seqs", ints("", 3, 1<<48)},
		{"names out of order", "order", t + "seqs", ints("", 12, 3)},
		{"name twice", "order", t + "seqs", same("", 12)},
		{"row before 1970", "value", t + "stamps/ms", same("", -1<<47)},
		{"row after the last time", "value", t + "stamps/ms", same("", 1<<47)},
		{"negative counter", "value", t + "stamps/counters", same("", -1)},
		{"counter of 17 bits", "value", t + "stamps/counters", same("", 1<<16)},
		{"more shapes than rows", "too-large", t + "shapes/count", num("", 5)},
		{"shape of too many columns", "too-large", t + "shapes/0/columns", num("", 1025)},
		{"column zero", "value", t + "shapes/1/a", num("", 0)},
		{"column of 17 bits", "value", t + "shapes/0/b", num("", 1<<16-1)},
		{"shape not listed", "reference", t + "shape", same("", 2)},
		{"negative shape", "reference", t + "shape", same("", -1)},
		{"column in no row", "reference", t + "columns/7/number", num("", 8)},
		{"columns out of order", "order", t + "columns/2/number", num("", 1)},
		{"a column missing", "truncated", t + "columns", list("", num("", 1), payload().at(t+"columns/1"))},
		{"cell by an origin not listed", "reference", c(1) + "by", same("", 2)},
		{"cell by a negative origin", "reference", c(1) + "by", same("", -1)},
		{"cell before 1970", "value", c(1) + "stamps/ms", same("", -1<<47)},
		{"cell counter", "value", c(1) + "stamps/counters", same("", 1<<16)},
		{"negative versions", "value", c(2) + "versions/counts", ints("", 0, 0, -1, 0)},
		{"too many versions", "too-large", c(2) + "versions/counts", ints("", 0, 0, 1<<17, 0)},
		{"version of an origin not listed", "reference", c(2) + "versions/origins", same("", 9)},
		{"version without a stamp", "value", c(2) + "versions/stamps/ms", same("", -idOf(3))},
		{"null mark", "value", c(2) + "nulls", ints("", 0, 0, 2, 0)},
		{"negative null mark", "value", c(2) + "nulls", ints("", 0, 0, -1, 0)},
		{"text form", "form", c(2) + "values/form", raw("", 9)},
		{"text longer than what is left", "truncated", c(2) + "values/lengths", ints("", 600, 2, 6)},
		{"texts longer than what is left", "truncated", c(2) + "values/lengths", ints("", 6, 8, 6)},
		{"text of negative length", "truncated", c(2) + "values/lengths", ints("", -1, 2, 6)},
		{"distinct texts more than texts", "too-large", c(5) + "values/distinct", num("", 2)},
		{"distinct texts in distinct texts", "form", c(5) + "values/texts/form", raw("", 1)},
		{"text not listed", "reference", c(5) + "values/indexes", same("", 1)},
		{"text of a negative index", "reference", c(5) + "values/indexes", same("", -1)},
		{"reference of 15 bytes", "value", c(5) + "values/texts", list("", raw("", 0), same("", 15), raw("", make([]byte, 15)...))},
		{"digits of no length", "value", c(7) + "values/texts/lengths", same("", 0)},
		{"digits of sixteen places", "value", c(7) + "values/texts/lengths", same("", 16)},
		{"digits that do not fit", "value", c(7) + "values/texts/lengths", same("", 2)},
		{"digits of a negative number", "value", c(7) + "values/texts/numbers", same("", -110)},
		{"alphabet too large", "too-large", c(7) + "values/texts", list("", raw("", 2), num("", 4337))},
		{"alphabet with a surrogate", "value", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", 0xd800), same("", 1), raw("", 0))},
		{"alphabet with a negative character", "value", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", -1), same("", 1), raw("", 0))},
		{"alphabet beyond Unicode", "value", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", 0x110000), same("", 1), raw("", 0))},
		{"rank not in the alphabet", "reference", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", 65), same("", 1), raw("", 1))},
		{"rank of a pair not in the alphabet", "reference", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", 65), same("", 2), raw("", 240, 0))},
		{"ranked text within a pair", "truncated", c(7) + "values/texts", list("", raw("", 2), num("", 1), same("", 65), same("", 1), raw("", 240))},
		{"common text within a pair", "truncated", c(7) + "values/texts", list("", raw("", 4), same("", 1), raw("", 226))},
		{"common text within an escape", "truncated", c(7) + "values/texts", list("", raw("", 4), same("", 3), raw("", 255, 0, 0))},
		{"common character not in the alphabet", "reference", c(7) + "values/texts", list("", raw("", 4), same("", 2), raw("", 254, 255))},
		{"escape of a surrogate", "value", c(7) + "values/texts", list("", raw("", 4), same("", 4), raw("", 255, 0, 0xd8, 0))},
		{"escape beyond Unicode", "value", c(7) + "values/texts", list("", raw("", 4), same("", 4), raw("", 255, 0x11, 0, 0))},
		{"escape of a common character", "value", c(7) + "values/texts", list("", raw("", 4), same("", 4), raw("", 255, 0, 0, '0'))},
		{"negative plus", "value", c(3) + "plus", same("", -1)},
		{"negative minus", "value", c(3) + "minus", same("", -1)},
		{"negative elements", "value", c(4) + "elements", same("", -2)},
		{"too many elements", "too-large", c(4) + "elements", same("", 1<<17)},
		{"element mark", "value", c(4) + "present", ints("", 1, 2)},
		{"element added at no time", "value", c(4) + "added/ms", ints("", -idMS, 0)},
		{"element not added at a time", "value", c(4) + "added/ms", ints("", 0, 5)},
		{"removed version of an origin not listed", "reference", c(4) + "versions/origins", same("", 2)},
		{"negative insertions", "value", c(6) + "insertions/counts", same("", -1)},
		{"too many insertions", "too-large", c(6) + "insertions/counts", same("", 1<<17)},
		{"insertion of character zero", "value", c(6) + "insertions/numbers", same("", 0)},
		{"insertion of 49 bits", "value", c(6) + "insertions/numbers", same("", 1<<48)},
		{"insertion after an origin not listed", "reference", c(6) + "insertions/origins", same("", 2)},
		{"insertion after a negative character", "value", c(6) + "insertions/seqs", same("", -1)},
		{"insertion without a stamp", "value", c(6) + "insertions/ms", same("", -idMS)},
		{"negative deletions", "value", c(6) + "deletions/counts", same("", -1)},
		{"deletion of nothing", "value", c(6) + "deletions/numbers", same("", 0)},
		{"deletion at an origin not listed", "reference", c(6) + "deletions/origins", same("", 5)},
		{"deletion at a negative character", "value", c(6) + "deletions/seqs", same("", -1)},
		{"long text of another type", "value", t + "columns/6/type", raw("", 2)},
		{"kind of states", "form", "states", raw("", 3)},
	} {
		add("value-"+m.name, m.expect, m.name, of(payload().with(m.path, m.by)))
	}
	// More cells than a changeset may have, in a few bytes: 32,000 rows that share a shape.
	s := "states/"
	st := s + "tables/9/content/"
	for _, m := range []struct {
		name, expect, path string
		by                 *node
	}{
		{"no audience", "value", s + "audiences", num("", 0)},
		{"too many audiences", "too-large", s + "audiences/count", num("", 4097)},
		{"too many heads", "too-large", s + "heads/count", num("", 1<<17+1)},
		{"head of an audience not listed", "reference", s + "heads/audiences", same("", 1)},
		{"head of an origin not listed", "reference", s + "heads/origins", same("", 2)},
		{"head zero", "value", s + "heads/numbers", same("", 0)},
		{"head complete before 1970", "value", s + "heads/completes", same("", -1)},
		{"head with negative rows", "value", s + "heads/rows", same("", -1)},
		{"head with rows of 49 bits", "value", s + "heads/rows", same("", 1<<48)},
		{"negative spans", "value", s + "heads/held", same("", -1)},
		{"too many spans", "too-large", s + "heads/held", same("", 1<<17+1)},
		{"span from zero", "value", s + "heads/first", same("", 0)},
		{"span that ends before it begins", "value", s + "heads/length", same("", -1)},
		{"span beyond the end of time", "value", s + "heads/length", same("", 1<<63-1)},
		{"negative passed versions", "value", st + "passed", same("", -1)},
		{"too many passed versions", "too-large", st + "passed", same("", 1<<17)},
		{"passed version of column zero", "value", st + "passed columns", same("", 0)},
		{"passed version of column of 17 bits", "value", st + "passed columns", same("", 1<<16)},
		{"passed version of an origin not listed", "reference", st + "passed by", same("", 2)},
		{"passed version never written", "value", st + "passed stamps/ms", same("", -ms)},
		{"table number of 17 bits", "too-large", s + "tables/9/number", num("", 1<<16)},
		{"too many tables", "too-large", s + "tables/count", num("", 1025)},
		{"negative names", "value", st + "names", same("", -1)},
		{"too many names", "too-large", st + "names", same("", 1<<17)},
		{"name of an origin not listed", "reference", st + "origins", same("", 2)},
		{"name zero", "value", st + "seqs", same("", 0)},
		{"name of 49 bits", "value", st + "seqs", same("", 1<<48)},
		{"from an audience not listed", "reference", st + "from", same("", 1)},
		{"a row by its name", "form", st, nil},
	} {
		p := states()
		if m.by != nil {
			p = p.with(m.path, m.by)
		} else {
			p.at(st + "introduced").b = []byte{0}
			*p.at(st + "ids") = *raw("ids")
			p.at(st+"named").kids, p.at(st+"named").b = []*node{num("", 1), same("", 1), same("", 3)}, nil
			*p.at(st + "stamps/ms") = *same("ms", ms-idOf(3))
		}
		add("states-"+m.name, m.expect, "states: "+m.name, of(p))
	}

	out = append(out, headers()...)
	out = append(out, carried()...)
	return out, nil
}

// crowd is a payload of one table with many rows of a few columns.
func crowd(rows, columns int) *node {
	tails := make([]byte, 0, 10*rows)
	for i := range rows {
		tails = append(tails, 0x70, 0, 0x80, 0, 0, 0, byte(i>>24), byte(i>>16), byte(i>>8), byte(i))
	}
	shape := list("", num("", uint64(columns)))
	all := list("", num("", uint64(columns)))
	for i := range columns {
		shape.kids = append(shape.kids, num("", 1))
		all.kids = append(all.kids, num("", uint64(i+1)), raw("", 1, 2), content("", same("", 0), same("", 0), same("", 0), same("", 0), same("", 0), same("", 5)))
	}
	return list("", num("", 0), num("", 1), num("", 9), content("", num("", uint64(rows)), list("", raw("", 1), same("", idMS), raw("", tails...)), num("", 0),
		same("", 0), same("", 0), list("", num("", 1), shape), same("", 0), all), raw("", 0))
}

// single is a payload of one cell.
func single(kind, typ byte, kids ...*node) *node {
	return list("", num("", 0), num("", 1), num("", 9), content("", num("", 1), list("", raw("", 0), raw("", newBytes(1)...)), num("", 0), same("", 0), same("", 0),
		list("", num("", 1), num("", 1), num("", 1)), same("", 0), num("", 1), num("", 1), raw("", kind, typ), content("", append([]*node{same("", 0), same("", 0), same("", 0)}, kids...)...)), raw("", 0))
}

// headers are changesets with one fault in the header.
func headers() []vector {
	var out []vector
	p := payload().encode()
	base := head(p, len(p))
	add := func(name, expect, what string, h *node) {
		name = strings.ReplaceAll("bad-header-"+name, " ", "-")
		out = append(out, vector{name: name, expect: expect, what: what, raw: whole(magic, h.encode(), p)})
	}
	base.each("", func(path string, n *node) {
		name := strings.ReplaceAll(path, "/", "-")
		if n.number {
			add("number "+name, "number", "the header's "+path+" in more bytes than it needs", base.with(path, long(n)))
		}
		if path != "audience/name" {
			add("cut "+name, "truncated", "the header ends before its "+path, base.cut(path))
		}
	})
	add("more", "trailing", "a byte more at the end of the header", list("", base, raw("", 0)))
	for _, m := range []struct {
		name, expect, path string
		by                 *node
	}{
		{"version 2", "version", "version", raw("", 2)},
		{"version 0", "version", "version", raw("", 0)},
		{"hash 2", "algorithm", "hash", raw("", 2)},
		{"hash 0", "algorithm", "hash", raw("", 0)},
		{"signature 2", "algorithm", "signature", raw("", 2)},
		{"signature 0", "algorithm", "signature", raw("", 0)},
		{"compression 2", "algorithm", "compression", raw("", 2)},
		{"dictionary of 33 bits", "too-large", "dictionary", num("", 1<<32)},
		{"dictionary without compression", "value", "dictionary", num("", 1)},
		{"incarnation of 33 bits", "too-large", "incarnation", num("", 1<<32)},
		{"audience too long", "too-large", "audience", list("", num("", 4097))},
		{"no audience", "value", "audience", num("", 0)},
		{"number zero", "value", "number", num("", 0)},
		{"number of 64 bits", "value", "number", list("", num("", 1<<63), raw("", make([]byte, 32)...))},
		{"first zero", "value", "first", num("", 0)},
		{"first of 64 bits", "value", "first", num("", 1<<63)},
		{"last of 64 bits", "value", "span", num("", 1<<63-uint64(at))},
		{"span of 64 bits", "value", "span", num("", 1<<63)},
		{"complete below zero", "value", "complete", signed("", -int64(at)-10)},
		{"complete of 64 bits", "value", "complete", signed("", 1<<62+1<<61+1<<60+1<<59+1<<58+1<<57+1<<56+1<<55)},
		{"rows of 49 bits", "value", "rows", num("", 1<<48)},
		{"fewer rows than it introduces", "value", "rows", num("", 4)},
		{"raw size too large", "too-large", "raw size", num("", 4<<20+1)},
		{"raw size another", "packed", "raw size", num("", uint64(len(p)+1))},
		{"payload size too large", "too-large", "payload size", num("", 256<<10+1)},
		{"payload size less", "trailing", "payload size", num("", uint64(len(p)-1))},
		{"payload size more", "truncated", "payload size", num("", uint64(len(p)+1))},
		{"payload hash of another", "hash", "payload hash", raw("", make([]byte, 32)...)},
	} {
		add(m.name, m.expect, "header: "+m.name, base.with(m.path, m.by))
	}
	two := base.with("number", num("", 2))
	add("no predecessor", "truncated", "number 2 without the hash of number 1", list("", two.cut("first"), raw("", make([]byte, 20)...)))
	return out
}

// carried are faults in how a payload is carried: framing, signature, compression,
// sealing, dropped payloads.
func carried() []vector {
	var out []vector
	add := func(name, expect, what string, b []byte) {
		out = append(out, vector{name: "bad-" + strings.ReplaceAll(name, " ", "-"), expect: expect, what: what, raw: b})
	}
	p := payload().encode()
	h := head(p, len(p))
	right := whole(magic, h.encode(), p)
	add("nothing", "magic", "no byte at all", nil)
	add("web page", "magic", "a portal's page", []byte("<!DOCTYPE html><html><body>login</body></html>"))
	add("magic only", "truncated", "nothing after the magic", right[:4])
	add("magic of another", "magic", "another kind of file", append([]byte("FKD\x01"), right[4:]...))
	add("magic version", "version", "a later version of the format", append([]byte("FKC\x02"), right[4:]...))
	add("too long", "too-large", "a byte more than a changeset may have", slices.Concat(right, make([]byte, 256<<10+1-len(right))))
	add("header too long", "too-large", "a header of 8,193 bytes", slices.Concat([]byte(magic), binary.AppendUvarint(nil, 8193), make([]byte, 8300)))
	add("header length", "number", "the header's length in more bytes than it needs", slices.Concat([]byte(magic), []byte{0x80 | right[4]&0x7f, right[5] | 0x80, 0}, right[6:]))
	add("cut in the header", "truncated", "the bytes end within the header", right[:60])
	add("cut in the signature", "truncated", "the bytes end within the signature", right[:len(right)-len(p)-9])
	add("cut in the payload", "truncated", "the bytes end within the payload", right[:len(right)-1])
	add("more after the payload", "trailing", "a byte more after the payload", append(slices.Clone(right), 0))
	flipped := slices.Clone(right)
	flipped[len(flipped)-1] ^= 1
	add("payload bit", "hash", "a bit of the payload is another", flipped)
	flipped = slices.Clone(right)
	flipped[len(right)-len(p)-1] ^= 1
	add("signature bit", "signature", "a bit of the signature is another", flipped)
	flipped = slices.Clone(right)
	copy(flipped[len(right)-len(p)-64:], make([]byte, 64))
	add("signature of zeros", "signature", "the signature is zeros", flipped)
	moved := whole(magic, h.with("audience", content("", text("", "someone"))).encode(), p)
	copy(moved[len(moved)-len(p)-64:len(moved)-len(p)], right[len(right)-len(p)-64:])
	add("signature of another header", "signature", "the signature belongs to another audience", moved)

	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(err)
	}
	packed := func(name, expect, what string, b []byte, size int, dictionary uint64) {
		add("packed "+name, expect, what, whole(magic, head(b, size).with("compression", raw("", 1)).with("dictionary", num("", dictionary)).encode(), b))
	}
	z := enc.EncodeAll(p, nil)
	packed("size less", "packed", "it decompresses to more than the header says", z, len(p)-1, 0)
	packed("size more", "packed", "it decompresses to less than the header says", z, len(p)+1, 0)
	packed("cut", "packed", "the compressed bytes end too early", z[:len(z)-3], len(p), 0)
	packed("not zstd", "packed", "the compressed bytes are none", p, len(p), 0)
	packed("nothing", "packed", "no compressed byte", nil, 0, 0)
	packed("dictionary unknown", "dictionary", "a dictionary that does not exist", z, len(p), 4_000_000)
	packed("dictionary not in the frame", "packed", "the header names a dictionary, the frame does not", z, len(p), 1)
	packed("bomb", "packed", "4 MiB of zeros and one", enc.EncodeAll(make([]byte, 4<<20+1), nil), 4<<20, 0)
	var stream bytes.Buffer
	w, _ := zstd.NewWriter(&stream, zstd.WithEncoderConcurrency(1))
	for range 256 {
		_, _ = w.Write(make([]byte, 1<<20)) // into memory: it does not fail
	}
	_ = w.Close()
	packed("bomb of a stream", "packed", "256 MiB of zeros in a frame that does not tell", stream.Bytes(), 4<<20, 0)
	many := crowd(16_000, 9).encode()
	packed("too many cells", "too-large", "144,000 field changes in 16,000 rows of one shape", enc.EncodeAll(many, nil), len(many), 0)
	for name, p := range map[string]*node{
		"cells":    crowd(16_000, 8),
		"elements": single(4, 7, same("", 131_000), list("", raw("", 1), num("", 1), list("", raw("", 0), same("", 2), text("", "H3")), same("", 0)), same("", 1), same("", 0), same("", 0), same("", 0)),
		"versions": single(1, 2, same("", 131_000), same("", 4), same("", 0), same("", 0), same("", 0), same("", 5)),
		"edits":    single(5, 1, same("", 0), same("", 131_000), same("", 1), same("", 0), same("", 0), same("", 0), same("", 0), list("", raw("", 1), num("", 1), list("", raw("", 0), same("", 2), text("", "H3")), same("", 0)), same("", 0)),
	} {
		b := p.encode()
		packed("most "+name, "ok", "as many "+name+" as a changeset may have, in a few bytes", enc.EncodeAll(b, nil), len(b), 0)
		last := &out[len(out)-1]
		last.name = "good-most-" + name
		n := uint64(1)
		if name == "cells" {
			n = 16_000
		}
		z := enc.EncodeAll(b, nil)
		last.raw = whole(magic, head(z, len(b)).with("compression", raw("", 1)).with("rows", num("", n)).encode(), z)
	}
	zeros := enc.EncodeAll(make([]byte, 4<<20), nil)
	packed("zeros", "trailing", "4 MiB of zeros: a payload of nothing with a long tail", zeros, 4<<20, 0)

	dropped := func(name, expect, what string, b []byte) { add("dropped "+name, expect, what, b) }
	alone := whole("FKH\x01", h.encode(), nil)
	dropped("with a payload", "trailing", "a payload after a header that stands alone", append(slices.Clone(alone), p...))
	dropped("version", "version", "a later version of the format", append([]byte("FKH\x02"), alone[4:]...))
	dropped("cut", "truncated", "the bytes end within the signature", alone[:len(alone)-1])
	dropped("number zero", "value", "number zero", whole("FKH\x01", h.with("number", num("", 0)).encode(), nil))

	out = append(out, sealings()...)
	return out
}

// sealings are faults in sealed payloads.
func sealings() []vector {
	var out []vector
	keys := hex.EncodeToString(group(1).Bytes())
	c, err := changeset.Seal(header(), kinds(), key, changeset.Recipients{Keys: publics(1, 2), Random: counting{}})
	if err != nil {
		panic(err)
	}
	b := c.Bytes()
	n := int(b[4]&0x7f) | int(b[5])<<7 // the header's length takes two bytes
	h, sealed := b[6:6+n], b[6+n+64:]
	const section = 32 + 2*52
	start := n - 32 - section
	fields, wraps := h[:start-2], h[start:n-32]
	if !bytes.Equal(h[start-2:start], binary.AppendUvarint(nil, section)) {
		panic("the wrapped keys are not where they should be")
	}
	build := func(name, expect, what, keys string, fields, wraps, payload []byte) {
		sum := sha256.Sum256(payload)
		head := slices.Concat(fields, binary.AppendUvarint(nil, uint64(len(wraps))), wraps, sum[:])
		out = append(out, vector{name: "bad-sealed-" + strings.ReplaceAll(name, " ", "-"), expect: expect, what: what, keys: keys, raw: whole(magic, head, payload)})
	}
	changed := func(b []byte, at int) []byte { c := slices.Clone(b); c[at] ^= 0x40; return c }
	build("no key", "sealed", "no key of a group is at hand", "", fields, wraps, sealed)
	build("another key", "sealed", "the key is another group's", hex.EncodeToString(group(9).Bytes()), fields, wraps, sealed)
	build("ephemeral key", "open", "the ephemeral key is another", keys, fields, changed(wraps, 3), sealed)
	build("ephemeral key of low order", "open", "the ephemeral key is zero", keys, fields, slices.Concat(make([]byte, 32), wraps[32:]), sealed)
	build("payload", "open", "a byte of the sealed payload is another", keys, fields, wraps, changed(sealed, 5))
	build("audience", "open", "the audience is another than when it was sealed", keys, changed(fields, 42), wraps, sealed)
	mine, theirs := 32, 32+52
	if tag := out[0]; len(tag.raw) > 0 && !bytes.Equal(wraps[mine:mine+4], tagOf(1)) {
		mine, theirs = theirs, mine
	}
	build("wrapped key", "open", "a byte of the wrapped key is another", keys, fields, changed(wraps, mine+20), sealed)
	build("another group removed", "open", "the list of groups is another than when it was sealed", keys, fields, slices.Concat(wraps[:32], wraps[mine:mine+52]), sealed)
	build("groups out of order", "order", "the groups are not in ascending order", keys, fields, slices.Concat(wraps[:32], wraps[84:], wraps[32:84]), sealed)
	build("group twice", "order", "a group is there twice", keys, fields, slices.Concat(wraps, wraps[84:]), sealed)
	build("no group", "form", "an ephemeral key and no group", keys, fields, wraps[:32], sealed)
	build("half a group", "form", "a group of 51 bytes", keys, fields, wraps[:len(wraps)-1], sealed)
	build("nothing", "form", "no wrapped key at all", keys, fields, nil, sealed)
	many := slices.Clone(wraps[:32])
	for i := range 65 {
		many = append(many, make([]byte, 51)...)
		many = append(many, byte(i))
	}
	build("too many groups", "too-large", "65 groups", keys, fields, many, sealed)
	build("too many bytes", "too-large", "3,501 bytes of wrapped keys", keys, fields, make([]byte, 3501), sealed)
	build("shorter than its seal", "open", "a sealed payload of 9 bytes", keys, withSize(fields, len(sealed), 9), wraps, sealed[:9])
	other := slices.Clone(fields)
	other[5] = 2
	build("another sealing", "algorithm", "sealing 2", keys, other, wraps, sealed)
	return out
}

// withSize replaces the payload's size, the last of the fields.
func withSize(fields []byte, was, now int) []byte {
	return binary.AppendUvarint(slices.Clone(fields[:len(fields)-len(binary.AppendUvarint(nil, uint64(was)))]), uint64(now))
}
