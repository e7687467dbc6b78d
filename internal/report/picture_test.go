package report

import (
	"bytes"
	"image/png"
	"os"
	"testing"
)

// Every bar stands on zero: the smallest is drawn in its proportion.
func TestPictureBarsStandOnZero(t *testing.T) {
	c := Chart{Title: "各月发放宣传单（份）", Labels: []string{"1月", "2月", "3月"}, Values: []int64{90, 180, 270}}
	raw, err := c.Picture()
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("REPORT_PICTURES"); dir != "" {
		b := Chart{Bars: true, Labels: []string{"刷单返利", "冒充电商物流客服", "虚假网络投资理财", "虚假贷款"}, Values: []int64{62, 41, 33, 30}}
		two, _ := b.Picture()
		os.WriteFile(dir+"/chart1.png", raw, 0o644)
		os.WriteFile(dir+"/chart2.png", two, 0o644)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	// the tallest run of ink in each third of the picture
	var tall [3]int
	for x := range pictureWidth {
		n := 0
		for y := range pictureHeight {
			if r, g, b, _ := img.At(x, y).RGBA(); r>>8 < 60 && g>>8 > 60 && g>>8 < 110 && b>>8 > 120 {
				n++
			}
		}
		tall[x*3/pictureWidth] = max(tall[x*3/pictureWidth], n)
	}
	if tall[0] == 0 || tall[1] < tall[0]*18/10 || tall[1] > tall[0]*22/10 || tall[2] < tall[0]*27/10 || tall[2] > tall[0]*33/10 {
		t.Errorf("bars of 90, 180 and 270 are %v pixels tall", tall)
	}
	again, err := c.Picture()
	if err != nil || !bytes.Equal(raw, again) {
		t.Error("the same chart gives two pictures")
	}
}
