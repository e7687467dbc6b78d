package app

import (
	"reflect"
	"slices"
	"sync"

	"fieldkit/sync/schema"
)

// shownForms remembers the stored consultations as they were last shown, so that
// a save can tell what the officer changed from what merely stood in the form.
type shownForms struct {
	mu    sync.Mutex
	forms map[schema.ID]ConsultationForm
}

// maxShown bounds the memory; a form forgotten is saved as a whole.
const maxShown = 200

func newShownForms() *shownForms { return &shownForms{forms: map[schema.ID]ConsultationForm{}} }

func (s *shownForms) note(f ConsultationForm) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.forms) >= maxShown {
		clear(s.forms)
	}
	s.forms[f.ID] = f
}

func (s *shownForms) forget(id schema.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.forms, id)
}

// of is a consultation as it was last shown.
func (s *shownForms) of(id schema.ID) (ConsultationForm, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.forms[id]
	return f, ok
}

// carry is what is to be stored: typed where it differs from what was shown,
// else current. Of a list it carries over what was added and taken away.
func (s *shownForms) carry(typed, current ConsultationForm) ConsultationForm {
	shown, ok := s.of(typed.ID)
	if !ok {
		return typed
	}
	out := current
	was, is, to := reflect.ValueOf(shown), reflect.ValueOf(typed), reflect.ValueOf(&out).Elem()
	for i := range to.NumField() {
		if list, ok := is.Field(i).Interface().([]string); ok {
			before, now := was.Field(i).Interface().([]string), slices.Clone(to.Field(i).Interface().([]string))
			now = slices.DeleteFunc(now, func(x string) bool { return slices.Contains(before, x) && !slices.Contains(list, x) })
			for _, x := range list {
				if !slices.Contains(before, x) && !slices.Contains(now, x) {
					now = append(now, x)
				}
			}
			to.Field(i).Set(reflect.ValueOf(now))
		} else if !is.Field(i).Equal(was.Field(i)) {
			to.Field(i).Set(is.Field(i))
		}
	}
	return out
}
