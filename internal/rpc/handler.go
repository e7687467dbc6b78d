package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
)

// maxBody bounds a call's arguments: a roster of 10 MB pasted from Excel still gets in.
const maxBody = 12 << 20

var (
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

// Handler serves POST /rpc/{service}/{method}: the body is a JSON array of
// arguments, the answer the method's result. Methods have the form
// func([context.Context,] …) error or func(…) (T, error). A *UserError is answered
// with status 422 and its JSON; any other error with 500 and without its text.
func Handler(services map[string]any) http.Handler {
	methods := map[string]reflect.Value{}
	for name, service := range services {
		v := reflect.ValueOf(service)
		for i := range v.NumMethod() {
			if callable(v.Method(i).Type()) {
				methods[name+"/"+v.Type().Method(i).Name] = v.Method(i)
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/rpc/")
		method, ok := methods[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		args, err := arguments(w, r, method.Type())
		if err != nil {
			fail(w, http.StatusBadRequest, &UserError{Code: "bad_request", Message: "请求的格式不对，没有改动任何内容。", MessageEN: "The request is malformed; nothing was changed."})
			return
		}
		out := method.Call(args)
		w.Header().Set("Cache-Control", "no-store")
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			var user *UserError
			if errors.As(err, &user) {
				fail(w, http.StatusUnprocessableEntity, user)
				return
			}
			slog.Error("call failed", "method", name, "error", err)
			fail(w, http.StatusInternalServerError, &UserError{Code: "internal", Message: "程序出错了，刚才这一步没有保存，之前的内容都在。请再试一次。", MessageEN: "Something went wrong; this step was not saved, everything before it is. Please try again."})
			return
		}
		var result any
		if len(out) == 2 {
			result = out[0].Interface()
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(result); err != nil {
			slog.Error("answer call", "method", name, "error", err)
		}
	})
}

// callable tells whether a method can be called over the wire.
func callable(t reflect.Type) bool {
	n := t.NumOut()
	return (n == 1 || n == 2) && t.Out(n-1) == errorType && !t.IsVariadic()
}

func arguments(w http.ResponseWriter, r *http.Request, t reflect.Type) ([]reflect.Value, error) {
	var raw []json.RawMessage
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	args := make([]reflect.Value, 0, t.NumIn())
	if t.NumIn() > 0 && t.In(0) == contextType {
		args = append(args, reflect.ValueOf(r.Context()))
	}
	if len(raw) != t.NumIn()-len(args) {
		return nil, fmt.Errorf("%d arguments, want %d", len(raw), t.NumIn()-len(args))
	}
	for _, text := range raw {
		v := reflect.New(t.In(len(args)))
		if err := json.Unmarshal(text, v.Interface()); err != nil {
			return nil, err
		}
		args = append(args, v.Elem())
	}
	return args, nil
}

func fail(w http.ResponseWriter, status int, e *UserError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(e) // the connection may be gone
}
