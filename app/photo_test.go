package app

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// noise is a picture that compresses badly; its left half is red.
func noise(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255})
			if x < w/2 {
				m.SetRGBA(x, y, color.RGBA{220, 10, 10, 255})
			}
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an APP1 segment with an orientation, a time and a place into a JPEG.
func withExif(file []byte, orientation uint16) []byte {
	le := binary.LittleEndian
	tiff := append([]byte("II*\x00"), le.AppendUint32(nil, 8)...)
	entry := func(tag, typ uint16, n, value uint32) {
		tiff = le.AppendUint16(le.AppendUint16(tiff, tag), typ)
		tiff = le.AppendUint32(le.AppendUint32(tiff, n), value)
	}
	tiff = le.AppendUint16(tiff, 2)
	entry(tagOrientation, 3, 1, uint32(orientation))
	entry(tagExifIFD, 4, 1, 38)
	tiff = le.AppendUint32(tiff, 0)
	tiff = le.AppendUint16(tiff, 1) // at 38
	entry(tagTaken, 2, 20, 56)
	tiff = le.AppendUint32(tiff, 0)
	tiff = append(tiff, "2025:01:09 15:30:00\x00GPS 38.05N 114.50E"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, byte((len(segment)+2)>>8), byte(len(segment)+2))
	return append(append(out, segment...), file[2:]...)
}

func TestPhotosAreDownscaledTurnedAndSealed(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	photos := NewPhotos(l.s)
	file := withExif(jpegOf(t, noise(2400, 1200)), 6) // the camera was held upright
	list, err := photos.Add(PhotoUpload{Table: "activity", ID: id, Data: file})
	l.must(err)
	if len(list) != 1 || !list[0].Here || minute(list[0].TakenAt) != "2025-01-09 15:30" {
		t.Fatalf("%+v", list)
	}
	full, err := photos.Full(list[0].ID)
	l.must(err)
	m, err := jpeg.Decode(bytes.NewReader(full))
	l.must(err)
	if b := m.Bounds(); b.Dx()*2 != b.Dy() || b.Dy() > 1600 || len(full) > maxPhotoBytes {
		t.Fatalf("%v, %d bytes", b, len(full))
	}
	// Turned by a quarter to the right, what was on the left is on top.
	if r, g, _, _ := m.At(m.Bounds().Dx()/2, m.Bounds().Dy()/8).RGBA(); r < 0x8000 || g > 0x6000 {
		t.Error("the photo was not brought upright")
	}
	if bytes.Contains(full, []byte("GPS")) || bytes.Contains(full, []byte("Exif")) {
		t.Error("what the camera wrote is still in the photo")
	}
	thumb, err := photos.Thumb(list[0].ID)
	l.must(err)
	if len(thumb) > 60<<10 {
		t.Errorf("a thumbnail of %d bytes", len(thumb))
	}
	files := 0
	l.must(filepath.WalkDir(filepath.Join(l.dir, "photos"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("JFIF")) || bytes.Contains(b, full[20:60]) {
			t.Errorf("%s lies readable on the disk", path)
		}
		return err
	}))
	if files != 2 {
		t.Errorf("%d files", files)
	}
	if _, err := photos.Add(PhotoUpload{Table: "activity", ID: id, Data: file}); refusedField(t, err) != "photo" {
		t.Error("the same photo twice")
	}
	l.crash()
	photos = NewPhotos(l.s)
	if again, err := photos.Full(list[0].ID); err != nil || !bytes.Equal(again, full) {
		t.Fatal("the photo is gone after a crash", err)
	}
	if list, err = photos.Remove("activity", id, list[0].ID); err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
	if list, err = photos.Add(PhotoUpload{Table: "activity", ID: id, Data: file}); err != nil || len(list) != 1 {
		t.Fatal("a removed photo cannot be added again", err)
	}
}

// X10 of the story: one photo on two laptops is one; a laptop without its bytes says so.
func TestOnePhotoOnTwoLaptopsIsOne(t *testing.T) {
	all := fleet(t, "D1", "D2")
	file := jpegOf(t, noise(400, 300))
	var ids []schema.ID
	for _, l := range all {
		list, err := NewPhotos(l.s).Add(PhotoUpload{Table: "activity", ID: l.start("城关广场").Activity.ID, Data: file})
		l.must(err)
		ids = append(ids, list[0].ID)
	}
	other, err := NewPhotos(all[0].s).Add(PhotoUpload{Table: "activity", ID: all[0].start("城关广场").Activity.ID, Data: jpegOf(t, noise(200, 100))})
	all[0].must(err)
	exchange(t, all)
	list, err := NewPhotos(all[1].s).List("activity", all[1].start("城关广场").Activity.ID)
	all[1].must(err)
	if ids[0] != ids[1] || len(list) != 2 || len(other) != 2 {
		t.Fatalf("%v, %d and %d photos", ids, len(list), len(other))
	}
	for _, p := range list {
		_, err := NewPhotos(all[1].s).Full(p.ID)
		if p.Here != (err == nil) || p.Here != (p.ID == ids[0]) {
			t.Errorf("here %v, %v", p.Here, err)
		}
	}
}

func TestBrokenPhotosAreRefusedWithASentence(t *testing.T) {
	l := newLaptop(t, "D1")
	id := l.start("城关广场").Activity.ID
	photos := NewPhotos(l.s)
	good := jpegOf(t, noise(300, 200))
	var bomb bytes.Buffer
	l.must(png.Encode(&bomb, image.NewRGBA(image.Rect(0, 0, 16, 16))))
	huge := bomb.Bytes()
	binary.BigEndian.PutUint32(huge[16:], 60_000)
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	before := l.state()
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("=HYPERLINK()"), "cut": good[:len(good)/2], "bomb": huge, "heic": []byte("\x00\x00\x00\x18ftypheic0000"), "noise": bytes.Repeat([]byte{0xFF, 0xD8}, 5000)} {
		if _, err := photos.Add(PhotoUpload{Table: "activity", ID: id, Data: data}); refusedField(t, err) != "photo" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := photos.Add(PhotoUpload{Table: "activity", ID: schema.NewID(1), Data: good}); err == nil {
		t.Error("a photo of nothing")
	}
	if l.state() != before {
		t.Fatal("a refused photo changed something")
	}
}

// A venue and what hangs there take photos too; another laptop of the unit sees that there are some.
func TestVenuesAndPlacementsTakePhotos(t *testing.T) {
	all := fleet(t, "D1", "D2")
	a, b := all[0], all[1]
	venue := sure(a.venues.Create(VenueForm{Kind: "V01", Name: "极速网吧"}))
	up := sure(NewPlacements(a.s).Put(PlacementForm{VenueID: venue.ID, MaterialID: model.MaterialID(realm, "FZHB"), Qty: 1}))[0]
	for table, id := range map[string]schema.ID{"venue": venue.ID, "placement": up.ID} {
		file := withExif(jpegOf(t, noise(300+len(table), 200)), 1)
		list := sure(NewPhotos(a.s).Add(PhotoUpload{Table: table, ID: id, Data: file}))
		if len(list) != 1 || !list[0].Here {
			t.Fatalf("%s: %+v", table, list)
		}
		if kept := sure(NewPhotos(a.s).Full(list[0].ID)); bytes.Contains(kept, []byte("GPS")) {
			t.Errorf("%s: the place is still in it", table)
		}
	}
	exchange(t, all)
	for table, id := range map[string]schema.ID{"venue": venue.ID, "placement": up.ID} {
		list := sure(NewPhotos(b.s).List(table, id))
		if len(list) != 1 || list[0].Here || list[0].Device.Name != "D1" {
			t.Fatalf("%s: the other laptop sees %+v", table, list)
		}
		if list = sure(NewPhotos(b.s).Remove(table, id, list[0].ID)); len(list) != 0 {
			t.Errorf("%s: taken off, yet %+v", table, list)
		}
	}
	if _, err := NewPhotos(a.s).Add(PhotoUpload{Table: "officer", ID: venue.ID, Data: jpegOf(t, noise(20, 20))}); refusedField(t, err) != "table" {
		t.Errorf("an officer took a photo: %v", err)
	}
}
