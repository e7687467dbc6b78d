package app

import (
	"reflect"
	"slices"
	"strings"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// A form of a stored record is sent with what it showed when it was opened, in its
// field Saw. What differs between the two is what the officer changed; the rest stands
// as it is now, also what came from another laptop while the form was open. A form
// without Saw is meant as a whole.

// meant is what is to be stored: typed where it differs from what was seen, else what
// stands. Of a list it carries over what was added and taken away. A field that was
// changed here and, under the open form, elsewhere becomes what was typed here; the
// fields of which that is so are named; the history keeps their other value.
func meant[F any](saw *F, typed, stands F) (out F, overtaken []string) {
	if saw == nil {
		return typed, nil
	}
	out = stands
	was, is, to := reflect.ValueOf(saw).Elem(), reflect.ValueOf(typed), reflect.ValueOf(&out).Elem()
	for i := range to.NumField() {
		before, wanted, field := was.Field(i), is.Field(i), to.Field(i)
		switch {
		case field.Kind() == reflect.Pointer: // Saw itself
		case field.Kind() == reflect.Slice:
			field.Set(mergeList(before, wanted, field))
		case !wanted.Equal(before):
			name, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
			if !field.Equal(before) && !field.Equal(wanted) && !slices.Contains(blended, name) {
				overtaken = append(overtaken, name)
			}
			field.Set(wanted)
		}
	}
	return out, overtaken
}

// mergeList is what stands, less what was taken away and with what was added.
func mergeList(before, typed, stands reflect.Value) reflect.Value {
	holds := func(list reflect.Value, x reflect.Value) bool {
		return slices.ContainsFunc(slices.Collect(list.Seq()), func(i reflect.Value) bool { return list.Index(int(i.Int())).Equal(x) })
	}
	out := reflect.MakeSlice(stands.Type(), 0, stands.Len()+typed.Len())
	for i := range stands.Len() {
		if x := stands.Index(i); !holds(before, x) || holds(typed, x) {
			out = reflect.Append(out, x)
		}
	}
	for i := range typed.Len() {
		if x := typed.Index(i); !holds(before, x) && !holds(out, x) {
			out = reflect.Append(out, x)
		}
	}
	return out
}

// Overtaken is told when a form was saved over what another laptop had written into
// the same fields since it was opened.
type Overtaken struct {
	Table  string   `json:"table"`
	Fields []string `json:"fields"` // as the form names them
}

// blended are texts in which both sides stay: nothing of them is overtaken.
var blended = []string{"note", "story", "elements", "article", "body"}

// tellOvertaken tells the screens, after the save.
func (s *Session) tellOvertaken(table string, fields []string) {
	if len(fields) > 0 {
		s.Events.Publish("overtaken", Overtaken{Table: table, Fields: fields})
	}
}

// typeText writes a long text from what its author saw to what was typed; what others
// put in meanwhile stays. Without saw the text is meant as a whole.
func typeText(tx *replica.Tx, table string, id schema.ID, column string, saw *string, typed string) error {
	switch {
	case saw == nil:
		return tx.Put(table, id, schema.Values{column: text(typed)})
	case *saw == typed:
		return nil // also when it was redacted meanwhile
	}
	return tx.Edit(table, id, column, *saw, typed)
}

// seen is a text of the form that was shown, nil when none was.
func seen[F any](saw *F, of func(*F) string) *string {
	if saw == nil {
		return nil
	}
	text := of(saw)
	return &text
}
