package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/boombuler/barcode/qr"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Badge is a person's code for the printed sign-in sheet or name card. It says nothing
// of the person: only who holds the roster can tell whose it is.
type Badge struct {
	ID   schema.ID `json:"id"`   // of the attendance
	Code string    `json:"code"` // sixteen digits
	Path string    `json:"path"` // the QR code as an SVG path, a module a unit
	Size int       `json:"size"` // modules a side
}

// badgeDigits is how many digits a code has. It begins with nought and holds digits only:
// a scanner types like a keyboard, and a Chinese input method takes letters for pinyin.
const badgeDigits = 16

// badgeCode is the code of an attendance: fourteen digits of its digest between a nought
// and the check digit of Luhn (ISO/IEC 7812-1, annex B).
func badgeCode(attendance schema.ID) string {
	sum := sha256.Sum256(append([]byte("fieldkit badge\x1f"), attendance[:]...))
	code := fmt.Sprintf("0%014d", binary.BigEndian.Uint64(sum[:8])%100_000_000_000_000)
	return code + string(rune('0'+luhn(code+"0")))
}

// luhn is what the last digit must be raised by for the whole to check.
func luhn(digits string) int {
	sum := 0
	for i := range digits {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return (10 - sum%10) % 10
}

// Badges are the codes of everyone on a meeting's roster.
func (m *Meetings) Badges(meeting schema.ID) ([]Badge, error) {
	out := []Badge{}
	r, err := m.s.open()
	if err != nil {
		return out, err
	}
	err = r.Each(context.Background(), "attendance", "WHERE activity_id = ?", []any{meeting}, func(p *replica.Row) error {
		if !live(p) {
			return nil
		}
		b := Badge{ID: p.ID, Code: badgeCode(p.ID)}
		var err error
		b.Path, b.Size, err = qrPath(b.Code)
		out = append(out, b)
		return err
	})
	return out, err
}

// qrPath draws a QR code as an SVG path: a row of dark modules is one rectangle.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Numeric)
	if err != nil {
		return "", 0, fmt.Errorf("draw a code: %w", err)
	}
	size = code.Bounds().Dx()
	dark := func(x, y int) bool { v, _, _, _ := code.At(x, y).RGBA(); return v == 0 }
	var b strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return b.String(), size, nil
}

// Scanned is what a scan came to.
type Scanned struct {
	Meeting  Meeting  `json:"meeting"`
	Attendee Attendee `json:"attendee"`
	Already  bool     `json:"already"` // signed in before; the scan changed nothing
}

// Scan signs in the person whose code was read. Read twice it changes nothing.
func (m *Meetings) Scan(meeting schema.ID, code string) (Scanned, error) {
	code = model.Norm(code)
	if len(code) != badgeDigits || strings.Trim(code, "0123456789") != "" || code[0] != '0' || luhn(code) != 0 {
		return Scanned{}, refuse("code", "没扫清楚，请再扫一次。", "The code was not read whole; scan it once more.")
	}
	r, err := m.s.open()
	if err != nil {
		return Scanned{}, err
	}
	ctx := context.Background()
	var here, elsewhere *replica.Row
	if err := r.Each(ctx, "attendance", "", nil, func(p *replica.Row) error {
		if badgeCode(p.ID) == code {
			if p.Ref("activity_id") == meeting {
				here = p
			} else {
				elsewhere = p
			}
		}
		return nil
	}); err != nil {
		return Scanned{}, err
	}
	switch {
	case here != nil && live(here):
	case elsewhere != nil:
		of, err := m.s.directory(r).name("activity", elsewhere.Ref("activity_id"))
		if err != nil {
			return Scanned{}, err
		}
		return Scanned{}, refuse("code", "这是另一场“"+of.Name+"”的码，没有签到。", "This code belongs to another meeting, “"+of.Name+"”; nobody was signed in.")
	default:
		return Scanned{}, refuse("code", "这个码不在这场的名册上，没有签到；可以按姓名找，或者补录。", "This code is not on this roster and nobody was signed in; look for the name, or add a walk-in.")
	}
	out := Scanned{Already: len(here.Strings("sign_ins")) > 0}
	if out.Meeting, err = m.SignIn(here.ID); err != nil {
		return Scanned{}, err
	}
	at := slices.IndexFunc(out.Meeting.Attendees, func(a Attendee) bool { return a.ID == here.ID })
	if at >= 0 {
		out.Attendee = out.Meeting.Attendees[at]
	}
	return out, nil
}
