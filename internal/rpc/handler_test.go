package rpc

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type service struct{}

type thing struct {
	Name string `json:"name"`
}

func (service) Make(name string, n int) (thing, error) { return thing{strings.Repeat(name, n)}, nil }

func (service) Refuse() error {
	return &UserError{Code: "invalid", Field: "name", Message: "不行", MessageEN: "no"}
}

func (service) Break() error { return errors.New("secret of the database") }

func (service) Odd() int { return 1 } // not callable over the wire

func TestCalls(t *testing.T) {
	s := httptest.NewServer(Handler(map[string]any{"S": service{}}))
	defer s.Close()
	for name, tc := range map[string]struct {
		path, body, want string
		status           int
	}{
		"a result":         {"S/Make", `["ab",2]`, `{"name":"abab"}`, 200},
		"a refusal":        {"S/Refuse", `[]`, `"field":"name"`, 422},
		"a failure":        {"S/Break", `[]`, `"code":"internal"`, 500},
		"too few":          {"S/Make", `["ab"]`, `bad_request`, 400},
		"another type":     {"S/Make", `[1,2]`, `bad_request`, 400},
		"no JSON":          {"S/Make", `{`, `bad_request`, 400},
		"unknown method":   {"S/Nothing", `[]`, `not found`, 404},
		"no service call":  {"S/Odd", `[]`, `not found`, 404},
		"outside the tree": {"../x", `[]`, ``, 404},
	} {
		res, err := http.Post(s.URL+"/rpc/"+tc.path, "application/json", strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != tc.status || !strings.Contains(string(body), tc.want) || strings.Contains(string(body), "secret") {
			t.Errorf("%s: status %d, %s, %v", name, res.StatusCode, body, err)
		}
	}
}

func TestTypeScript(t *testing.T) {
	got := TypeScript(map[string]any{"S": service{}})
	for _, want := range []string{"export interface thing {\n  name: string\n}", "Make: (a0: string, a1: number): Promise<thing> => call('S', 'Make', [a0, a1]),", "Refuse: (): Promise<void>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "Odd") {
		t.Error("a method that cannot be called is in the client")
	}
}
