package app

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	_ "image/gif" // pictures from messengers
	"image/jpeg"
	_ "image/png"
	"strings"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"fieldkit/internal/model"
)

// Limits of photos.
const (
	maxPhotoSide   = 1600      // pixels
	maxPhotoBytes  = 500 << 10 // of a stored photo
	maxPhotoFile   = 30 << 20  // of what is read
	maxPhotoPixels = 80e6      // of what is decoded: a bomb is not
	thumbSide      = 320
)

// shrunk is a photo as it is stored: downscaled, turned upright, with nothing left
// of what the camera wrote beside the picture.
type shrunk struct {
	photo []byte
	thumb []byte
	taken time.Time // as the camera wrote it, zero when it did not
}

// shrink reads a picture file and makes what is stored. Encoding is deterministic:
// the same file on two laptops gives the same photo.
func shrink(file []byte) (shrunk, error) {
	var out shrunk
	if len(file) > maxPhotoFile {
		return out, refuse("photo", "照片文件太大了（超过 30 MB），请选小一点的。", "The photo's file is too large (over 30 MB); choose a smaller one.")
	}
	if heic(file) {
		return out, refuse("photo", "这是 HEIC 格式，打不开。请在手机相机设置里选“兼容性最佳”，或先转成 JPEG。", "This is a HEIC file and cannot be opened; set the phone's camera to “Most compatible” or convert it to JPEG.")
	}
	broken := refuse("photo", "这个文件不是照片，或者已经损坏。别的内容都在，请换一张。", "This file is no photo, or it is damaged. Everything else is kept; choose another.")
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return out, broken
	}
	if float64(config.Width)*float64(config.Height) > maxPhotoPixels {
		return out, refuse("photo", "照片的像素太多了，请选小一点的。", "The photo has too many pixels; choose a smaller one.")
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return out, broken
	}
	orientation, taken := readExif(file)
	out.taken = taken
	upright := turn(scale(picture, maxPhotoSide), orientation)
	for _, side := range []int{maxPhotoSide, 1280, 1024, 800} {
		upright = scale(upright, side)
		for _, quality := range []int{85, 75, 65} {
			if out.photo, err = encode(upright, quality); err != nil {
				return out, err
			}
			if len(out.photo) <= maxPhotoBytes {
				out.thumb, err = encode(scale(upright, thumbSide), 75)
				return out, err
			}
		}
	}
	return out, broken
}

func encode(m image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// scale makes the longer side at most side pixels; what is transparent turns white.
func scale(m image.Image, side int) *image.RGBA {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	} else if done, ok := m.(*image.RGBA); ok {
		return done
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), m, m.Bounds(), draw.Over, nil)
	return out
}

// turn brings a picture upright by the orientation of Exif 2.3, 4.6.4 A.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			to := [9]image.Point{2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y}, 5: {y, x}, 6: {h - 1 - y, x}, 7: {h - 1 - y, w - 1 - x}, 8: {y, w - 1 - x}}[orientation]
			out.SetRGBA(to.X, to.Y, m.RGBAAt(x, y))
		}
	}
	return out
}

func heic(file []byte) bool {
	return len(file) > 12 && string(file[4:8]) == "ftyp" && strings.Contains("heic heix hevc mif1 msf1 heim avif", string(file[8:12]))
}

// Tags of Exif that are read.
const (
	tagOrientation = 0x0112
	tagExifIFD     = 0x8769
	tagTaken       = 0x9003
)

// readExif finds the orientation and the time of taking in a JPEG file; 0 and zero
// when there is none or it is damaged.
func readExif(file []byte) (orientation int, taken time.Time) {
	if len(file) < 4 || file[0] != 0xFF || file[1] != 0xD8 {
		return 0, taken
	}
	for at := 2; at+4 <= len(file) && file[at] == 0xFF && file[at+1] != 0xDA; {
		n := int(binary.BigEndian.Uint16(file[at+2:]))
		if n < 2 || at+2+n > len(file) {
			return 0, taken
		}
		if segment := file[at+4 : at+2+n]; file[at+1] == 0xE1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return readTiff(segment[6:])
		}
		at += 2 + n
	}
	return 0, taken
}

func readTiff(b []byte) (orientation int, taken time.Time) {
	if len(b) < 8 {
		return 0, taken
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(b[:2]) == "MM" {
		order = binary.BigEndian
	}
	// Directories that are read: the first, and the one of the exposure it points to.
	queue := []uint32{order.Uint32(b[4:])}
	for done := 0; done < len(queue) && done < 2; done++ {
		at := queue[done]
		if uint64(at)+2 > uint64(len(b)) {
			continue
		}
		entries := b[at+2:]
		for i := range int(order.Uint16(b[at:])) {
			if len(entries) < 12*(i+1) {
				break
			}
			e := entries[12*i:]
			switch order.Uint16(e) {
			case tagOrientation:
				orientation = int(order.Uint16(e[8:]))
			case tagExifIFD:
				queue = append(queue, order.Uint32(e[8:]))
			case tagTaken:
				if from := uint64(order.Uint32(e[8:])); from+19 <= uint64(len(b)) {
					taken, _ = time.ParseInLocation("2006:01:02 15:04:05", string(b[from:from+19]), model.Location)
				}
			}
		}
	}
	return orientation, taken
}
