package enrolment

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"fieldkit/sync/schema"
)

func sample() Code {
	pin := sha256.Sum256([]byte("key"))
	return Code{
		Addresses: []string{"https://10.8.0.2:8443", "https://fanzha.example.cn:8443"},
		Pin:       pin[:],
		Realm:     schema.MustParseID("0199a0de-7c11-7c51-9a10-3f24b3b0a001"),
		Secret:    []byte("0123456789"),
	}
}

func TestCodeSurvivesTheWayItIsPassedOn(t *testing.T) {
	want := sample()
	text := want.String()
	if !strings.HasPrefix(text, "FK1-") {
		t.Fatalf("text %q", text)
	}
	full := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + '！' - '!'
		}
		return r
	}, text)
	for name, typed := range map[string]string{
		"as shown":         text,
		"lower case":       strings.ToLower(text),
		"no hyphens":       "FK1" + strings.ReplaceAll(text[4:], "-", ""),
		"over lines":       "  " + strings.ReplaceAll(text, "-", " -\r\n\t") + "\n",
		"full width":       full,
		"other dashes":     strings.ReplaceAll(text, "-", "—"),
		"O and I mixed up": "FK1" + strings.NewReplacer("0", "O", "1", "l").Replace(text[3:]),
		"byte order mark":  "\ufeff" + text,
	} {
		got, err := Parse(typed)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestMalformedCodesAreExplained(t *testing.T) {
	text := sample().String()
	symbol := func(i int, with string) string { return text[:i] + with + text[i+1:] }
	other := "7"
	if text[10] == '7' {
		other = "8"
	}
	cases := map[string]struct {
		typed string
		want  Reason
	}{
		"nothing":          {" \n ", Empty},
		"a link":           {"https://example.com/", NotACode},
		"chinese":          {"登记码", NotACode},
		"later version":    {"FK2-ABCDE", Newer},
		"only the prefix":  {"FK1-", Incomplete},
		"half":             {text[:len(text)/2], Mistyped},
		"very short":       {text[:12], Incomplete},
		"one symbol wrong": {symbol(10, other), Mistyped},
		"one too many":     {text + "00000000", Mistyped},
		"letter U":         {symbol(10, "U"), BadSymbol},
		"hash":             {symbol(10, "#"), BadSymbol},
		"endless":          {"FK1-" + strings.Repeat("0", 5000), Incomplete},
	}
	for name, c := range cases {
		_, err := Parse(c.typed)
		var e *Error
		if !errors.As(err, &e) || e.Reason != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
			continue
		}
		if !strings.ContainsFunc(e.Message(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) ||
			strings.ContainsFunc(e.MessageEN(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: messages %q / %q", name, e.Message(), e.MessageEN())
		}
	}
}

func TestEveryReasonHasItsSentences(t *testing.T) {
	for _, r := range []Reason{Empty, NotACode, Newer, BadSymbol, Incomplete, Mistyped, Unknown, Expired, Used, Withdrawn,
		OtherCounty, OtherUnit, OtherKey, BadRequest, TooOften, Unreachable, Portal, WrongServer, ServerError} {
		e := &Error{Reason: r, Detail: "“#” (3)", RetryAfter: 30}
		if pair := sentences[r]; pair[0] == "" || pair[1] == "" || strings.Contains(e.Message()+e.MessageEN(), "%!") {
			t.Errorf("%s: %q %q", r, e.Message(), e.MessageEN())
		}
	}
}

func TestUnusableCodesAreNotMade(t *testing.T) {
	for name, change := range map[string]func(*Code){
		"no realm":         func(c *Code) { c.Realm = schema.Nil },
		"short secret":     func(c *Code) { c.Secret = c.Secret[:9] },
		"short pin":        func(c *Code) { c.Pin = c.Pin[:31] },
		"no address":       func(c *Code) { c.Addresses = nil },
		"path":             func(c *Code) { c.Addresses = []string{"https://a.example:1/x"} },
		"no port":          func(c *Code) { c.Addresses = []string{"https://a.example"} },
		"user":             func(c *Code) { c.Addresses = []string{"https://u@a.example:1"} },
		"https, no pin":    func(c *Code) { c.Pin = nil },
		"http, far":        func(c *Code) { c.Addresses = []string{"http://10.0.0.1:80"} },
		"http, by name":    func(c *Code) { c.Addresses = []string{"http://localhost:80"} },
		"another protocol": func(c *Code) { c.Addresses = []string{"ftp://127.0.0.1:21"} },
		"too many":         func(c *Code) { c.Addresses = strings.Split(strings.Repeat("https://10.0.0.1:1 ", 5), " ")[:5] },
	} {
		c := sample()
		change(&c)
		if c.Validate() == nil || c.String() != "" {
			t.Errorf("%s: %v, %q", name, c.Validate(), c.String())
		}
	}
}

func TestCodeRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Code{
			Realm:  schema.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Filter(func(b []byte) bool { return !bytes.Equal(b, make([]byte, 16)) }).Draw(t, "realm")),
			Pin:    rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "pin"),
			Secret: rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "secret"),
			Addresses: rapid.SliceOfN(rapid.SampledFrom([]string{
				"https://10.8.0.2:8443", "http://127.0.0.1:1", "https://[fe80::1]:65535", "http://[::1]:80", "https://a-b.example.cn:443",
			}), 1, 4).Draw(t, "addresses"),
		}
		got, err := Parse(c.String())
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Fatalf("%+v → %+v, %v", c, got, err)
		}
	})
}

// FuzzParse: no text makes the parser fail otherwise than with an *Error, and
// what it accepts prints to a text that it reads as the same code.
func FuzzParse(f *testing.F) {
	text := sample().String()
	for _, seed := range []string{text, strings.ToLower(text), text[:40], "FK1-", "FK2-00000", "fk1ILOU", "FK1-" + strings.Repeat("Z", 150), "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := Parse(typed)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Message() == "" {
				t.Fatalf("%q: %v", typed, err)
			}
			return
		}
		again, err := Parse(c.String())
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("%q: %+v → %+v, %v", typed, c, again, err)
		}
	})
}

// FuzzDecode skips the checksum, which random input never meets.
func FuzzDecode(f *testing.F) {
	symbols, _ := fold(sample().String())
	b, _ := alphabet.DecodeString(symbols)
	f.Add(b[:len(b)-checkSize])
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := decode(b); err == nil && c.Validate() == nil && c.String() == "" {
			t.Fatalf("%x: valid but not printable", b)
		}
	})
}
