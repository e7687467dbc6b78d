package rpc

import "encoding/json"

// UserError is an error meant for the person at the screen: a sentence that
// says what happened and what to do. Its Error text is its JSON form, so that a
// shell that carries errors as plain strings loses nothing.
type UserError struct {
	Code      string `json:"code"`            // for the program: "invalid", "not_enrolled" …
	Field     string `json:"field,omitempty"` // the form's field at fault
	Message   string `json:"message"`         // Chinese
	MessageEN string `json:"message_en"`
}

func (e *UserError) Error() string {
	b, err := json.Marshal(e)
	if err != nil {
		return e.Code
	}
	return string(b)
}
