package rpc

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// TypeScript writes the client of services: an interface for every struct that
// goes in or out, and an object per service whose methods call it. Parameter
// names are not known to reflection; they are numbered.
func TypeScript(services map[string]any) string {
	g := &generator{names: map[reflect.Type]string{}, taken: map[string]reflect.Type{}}
	var clients strings.Builder
	names := make([]string, 0, len(services))
	for name := range services {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := reflect.TypeOf(services[name])
		fmt.Fprintf(&clients, "export const %s = {\n", name)
		for i := range t.NumMethod() {
			m := t.Method(i)
			if !callable(m.Type) {
				continue
			}
			var params, args []string
			for p := 1; p < m.Type.NumIn(); p++ {
				if m.Type.In(p) == contextType {
					continue
				}
				arg := fmt.Sprintf("a%d", len(args))
				args = append(args, arg)
				params = append(params, arg+": "+g.use(m.Type.In(p)))
			}
			result := "void"
			if m.Type.NumOut() == 2 {
				result = g.use(m.Type.Out(0))
			}
			fmt.Fprintf(&clients, "  %s: (%s): Promise<%s> => call('%s', '%s', [%s]),\n",
				m.Name, strings.Join(params, ", "), result, name, m.Name, strings.Join(args, ", "))
		}
		clients.WriteString("}\n\n")
	}
	var out strings.Builder
	out.WriteString("// Generated from the Go services by `go run ./build/client`; do not edit.\nimport { call } from './rpc'\n\n")
	for i := 0; i < len(g.queue); i++ { // writing one may name another
		g.declare(&out, g.queue[i])
	}
	return strings.TrimRight(out.String()+clients.String(), "\n") + "\n"
}

type generator struct {
	names map[reflect.Type]string
	taken map[string]reflect.Type
	queue []reflect.Type
}

var textType = reflect.TypeFor[encoding.TextMarshaler]()

// use is the TypeScript name of a type.
func (g *generator) use(t reflect.Type) string {
	if t == reflect.TypeFor[time.Time]() || t.Implements(textType) {
		return "string"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Pointer:
		return g.use(t.Elem()) + " | null"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "string" // base64
		}
		inner := g.use(t.Elem())
		if strings.Contains(inner, " ") {
			inner = "(" + inner + ")"
		}
		return inner + "[]"
	case reflect.Map:
		return "Record<string, " + g.use(t.Elem()) + ">"
	case reflect.Struct:
		return g.name(t)
	}
	return "unknown"
}

func (g *generator) name(t reflect.Type) string {
	if name, ok := g.names[t]; ok {
		return name
	}
	name := t.Name()
	for g.taken[name] != nil {
		name += "_"
	}
	g.names[t], g.taken[name] = name, t
	g.queue = append(g.queue, t)
	return name
}

func (g *generator) declare(out *strings.Builder, t reflect.Type) {
	fmt.Fprintf(out, "export interface %s {\n", g.names[t])
	g.fields(out, t)
	out.WriteString("}\n\n")
}

func (g *generator) fields(out *strings.Builder, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" {
			g.fields(out, f.Type)
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		optional := ""
		if strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			optional = "?"
		}
		fmt.Fprintf(out, "  %s%s: %s\n", tag, optional, g.use(f.Type))
	}
}
