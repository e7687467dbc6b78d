package county

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// One-time codes of a telephone's authenticator: RFC 6238 with the parameters that every
// such program takes: HMAC-SHA-1, steps of 30 seconds, six digits.
const (
	factorStep   = 30 * time.Second
	factorDigits = 6
	factorSecret = 20 // bytes: as many as the hash gives (RFC 4226, 4, R6)
	// factorDrift is how many steps a telephone's clock may be off (RFC 6238, 5.2).
	factorDrift = 1
)

// hotp is the code of a counter (RFC 4226, 5.3).
func hotp(secret []byte, counter uint64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, counter))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	code := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	size := uint32(1)
	for range digits {
		size *= 10
	}
	return fmt.Sprintf("%0*d", digits, code%size)
}

// codeStep finds the step of which a typed code is, at most factorDrift from now and after
// the last one that was used. It takes as long for a wrong code as for a right one.
func codeStep(secret []byte, typed string, now time.Time, last int64) (step int64, ok bool) {
	at := now.Unix() / int64(factorStep/time.Second)
	for s := at - factorDrift; s <= at+factorDrift; s++ {
		same := subtle.ConstantTimeCompare([]byte(hotp(secret, uint64(s), factorDigits)), []byte(typed)) == 1
		if same && s > last && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}
