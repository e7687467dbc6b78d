package app

import (
	"image"
	"image/color"
	"image/draw"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"fieldkit/sync/schema"
)

func (l *laptop) meetingWith(place string, rows ...RosterRow) Meeting {
	l.t.Helper()
	m := sure(l.meet.Create(MeetingForm{Place: place}))
	return sure(l.meet.ImportRoster(m.Activity.ID, rows))
}

func TestScanSignsInOnce(t *testing.T) {
	l := newLaptop(t, "D1")
	m := l.meetingWith("会议室", RosterRow{Org: "极速网吧", Name: "赵敏"}, RosterRow{Org: "星空网咖", Name: "王建国"})
	other := l.meetingWith("二楼", RosterRow{Org: "极速网吧", Name: "赵敏"})
	badges := sure(l.meet.Badges(m.Activity.ID))
	if len(badges) != 2 || badges[0].Code == badges[1].Code || !regexp.MustCompile(`^0\d{15}$`).MatchString(badges[0].Code) {
		t.Fatalf("badges %+v", badges)
	}
	got := sure(l.meet.Scan(m.Activity.ID, badges[0].Code))
	if got.Already || got.Attendee.ID != badges[0].ID || !got.Attendee.Signed || got.Meeting.Signed != 1 {
		t.Errorf("scanned %+v", got)
	}
	before := l.state()
	if got = sure(l.meet.Scan(m.Activity.ID, " "+badges[0].Code+"\n")); !got.Already || got.Meeting.Signed != 1 {
		t.Errorf("scanned again %+v", got)
	}
	wrong := []byte(badges[0].Code)
	wrong[5] = '0' + (wrong[5]-'0'+1)%10
	stranger := badgeCode(schema.NewID(7))
	for name, code := range map[string]string{
		"cut off":             badges[0].Code[:12],
		"a digit misread":     string(wrong),
		"letters":             "fieldkit",
		"10 MB":               strings.Repeat("0", 10<<20),
		"nobody's":            stranger,
		"of another meeting":  sure(l.meet.Badges(other.Activity.ID))[0].Code,
		"nothing":             "",
		"full-width and more": "０１２３４５６７８９０１２３４５６",
	} {
		if _, err := l.meet.Scan(m.Activity.ID, code); refusedField(t, err) != "code" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l.state() != before {
		t.Error("a refused scan changed something")
	}
	// Another laptop, with a roster of its own paste, prints the same codes.
	if b := sure(l.meet.Badges(m.Activity.ID)); b[0].Code != badgeCode(b[0].ID) {
		t.Error("a code is not its person's")
	}
}

// The path that is printed shows the modules of the code, none more and none less.
func TestBadgePathShowsFinders(t *testing.T) {
	path, size, err := qrPath("0123456789012345")
	if err != nil || size != 21 {
		t.Fatalf("%d modules, %v", size, err)
	}
	img := image.NewGray(image.Rect(0, 0, size, size))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(path, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		w, _ := strconv.Atoi(m[3])
		draw.Draw(img, image.Rect(x, y, x+w, y+1), image.Black, image.Point{}, draw.Src)
	}
	// The three finder patterns of ISO/IEC 18004: dark ring, light ring, dark heart.
	for _, at := range []image.Point{{0, 0}, {size - 7, 0}, {0, size - 7}} {
		for y := range 7 {
			for x := range 7 {
				ring := min(x, y, 6-x, 6-y)
				if dark := img.GrayAt(at.X+x, at.Y+y) == (color.Gray{}); dark != (ring != 1) {
					t.Fatalf("the finder at %v is wrong at %d, %d", at, x, y)
				}
			}
		}
	}
}
