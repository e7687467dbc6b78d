package enrolment

import "testing"

func TestAddressAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"10.0.0.5":                   "https://10.0.0.5:8443",
		" 10。0。0。5：9443 ":            "https://10.0.0.5:9443",
		"１０．０．０．５":                   "https://10.0.0.5:8443",
		"https：／／10.0.0.5：8443／":     "https://10.0.0.5:8443",
		"HTTPS://FK.Example.GOV.cn/": "https://fk.example.gov.cn:8443",
		"fk.example.gov.cn:443":      "https://fk.example.gov.cn:443",
		"fd00::5":                    "https://[fd00::5]:8443",
		"[fd00::5]:9443":             "https://[fd00::5]:9443",
		"http://127.0.0.1:8080":      "http://127.0.0.1:8080",
	} {
		if got, err := Address(typed, true); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "城关广场", "https://", "http://10.0.0.5", "ftp://10.0.0.5", "10.0.0.5:0", "10.0.0.5:99999", "10.0.0.5/path", "10.0.0.5?x", "a@10.0.0.5", "10.0.0.5:84 43x"} {
		if got, err := Address(typed, true); err == nil {
			t.Errorf("%q was taken as %q", typed, got)
		}
	}
	if got, err := Address("10.0.0.5", false); err == nil {
		t.Errorf("https without a key to know the server by: %q", got)
	}
}
