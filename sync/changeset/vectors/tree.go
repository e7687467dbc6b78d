package main

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// node is a piece of a message: a number, bytes, or pieces in a row.
type node struct {
	name     string
	number   bool // a varint
	b        []byte
	kids     []*node
	prefixed bool // its length stands before it
}

func num(name string, v uint64) *node {
	return &node{name: name, number: true, b: binary.AppendUvarint(nil, v)}
}

func signed(name string, v int64) *node {
	return &node{name: name, number: true, b: binary.AppendVarint(nil, v)}
}

func raw(name string, b ...byte) *node { return &node{name: name, b: b} }

func text(name, s string) *node { return raw(name, []byte(s)...) }

func list(name string, kids ...*node) *node { return &node{name: name, kids: kids} }

// content is preceded by its length.
func content(name string, kids ...*node) *node {
	return &node{name: name, kids: kids, prefixed: true}
}

// same is a block of one integer for all.
func same(name string, v int64) *node { return list(name, raw("form", 0), signed("value", v)) }

// ints is a block of signed varints.
func ints(name string, values ...int64) *node {
	n := list(name, raw("form", 1))
	for i, v := range values {
		n.kids = append(n.kids, signed(fmt.Sprint(i), v))
	}
	return n
}

// texts is a block of plain texts.
func texts(name string, values ...string) *node {
	n := ints("lengths")
	all := ""
	for i, v := range values {
		n.kids = append(n.kids, signed(fmt.Sprint(i), int64(len(v))))
		all += v
	}
	return list(name, raw("form", 0), n, text("bytes", all))
}

func (n *node) encode() []byte {
	b := n.b
	for _, k := range n.kids {
		b = append(b[:len(b):len(b)], k.encode()...)
	}
	if n.prefixed {
		b = append(binary.AppendUvarint(nil, uint64(len(b))), b...)
	}
	return b
}

func (n *node) clone() *node {
	c := *n
	c.kids = nil
	for _, k := range n.kids {
		c.kids = append(c.kids, k.clone())
	}
	return &c
}

// at finds a piece by the names on the way to it.
func (n *node) at(path string) *node {
	if path == "" {
		return n
	}
	first, rest, _ := strings.Cut(path, "/")
	for _, k := range n.kids {
		if k.name == first {
			return k.at(rest)
		}
	}
	panic("no piece " + path + " in " + n.name)
}

// with is a copy in which one piece is replaced.
func (n *node) with(path string, by *node) *node {
	c := n.clone()
	at := c.at(path)
	name := at.name
	*at = *by
	at.name = name
	return c
}

// without is a copy in which the pieces behind a path are missing from it on, up to
// the end of what has a length.
func (n *node) cut(path string) *node {
	c := n.clone()
	c.cutAt(strings.Split(path, "/"))
	return c
}

func (n *node) cutAt(path []string) (ended bool) {
	for i, k := range n.kids {
		if k.name != path[0] {
			continue
		}
		if len(path) == 1 {
			n.kids = n.kids[:i]
		} else if k.cutAt(path[1:]) {
			return true
		} else {
			n.kids = n.kids[:i+1]
		}
		return n.prefixed
	}
	panic("no piece " + path[0])
}

// each calls fn with every piece and the path to it.
func (n *node) each(path string, fn func(path string, n *node)) {
	for _, k := range n.kids {
		p := k.name
		if path != "" {
			p = path + "/" + k.name
		}
		fn(p, k)
		k.each(p, fn)
	}
}
