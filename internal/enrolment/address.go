package enrolment

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// DefaultPort is where a county's server listens for kits when nothing else is said.
const DefaultPort = 8443

// typedAs maps what a Chinese input method makes of an address's punctuation.
var typedAs = strings.NewReplacer("：", ":", "。", ".", "．", ".", "、", "/", "／", "/", "－", "-", "【", "[", "】", "]")

// Address is a server's address as a person types it or hears it on the telephone:
// "10.0.0.5", "10。0。0。5：9443" and "https://fk.example.gov.cn" are all well. The scheme is
// https unless http is written, the port DefaultPort unless one is. pinned says whether
// the server is known by its key; without, only http on loopback is taken.
func Address(text string, pinned bool) (string, error) {
	var b strings.Builder
	for _, r := range typedAs.Replace(text) {
		if r >= '！' && r <= '～' { // full-width ASCII
			r -= '！' - '!'
		}
		if r != ' ' && r != '\u3000' && r != '\t' && r != '\n' && r != '\r' {
			b.WriteRune(r)
		}
	}
	host := strings.TrimRight(strings.ToLower(b.String()), "/")
	scheme := "https"
	if before, after, ok := strings.Cut(host, "://"); ok {
		scheme, host = before, after
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		host = "[" + host + "]"
	}
	if colon := strings.LastIndex(host, ":"); colon < 0 || strings.HasSuffix(host, "]") {
		host += ":" + strconv.Itoa(DefaultPort)
	}
	address := scheme + "://" + host
	for _, r := range host {
		if r > '~' { // words, not a name
			return address, fmt.Errorf("enrolment: %q is no address", address)
		}
	}
	return address, CheckAddress(address, pinned)
}
