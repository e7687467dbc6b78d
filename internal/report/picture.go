package report

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/go-analyze/charts"
)

// fontFile draws the labels: charts need TrueType outlines, and a machine's own
// Chinese fonts are not to be relied on. See font/NOTICE.
//
//go:embed font/DroidSansFallback.ttf.gz
var fontFile []byte

const fontName = "Droid Sans Fallback"

var installFont = sync.OnceValue(func() error {
	z, err := gzip.NewReader(bytes.NewReader(fontFile))
	if err != nil {
		return err
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return err
	}
	return charts.InstallFont(fontName, data)
})

// Size of a picture in pixels; it prints 150 mm wide.
const (
	pictureWidth  = 1240
	pictureHeight = 600
)

// Picture draws the chart as a PNG, in one ink: documents are printed in black.
func (c *Chart) Picture() ([]byte, error) {
	if err := installFont(); err != nil {
		return nil, fmt.Errorf("load the charts' font: %w", err)
	}
	values := make([]float64, len(c.Values))
	labels := append([]string(nil), c.Labels...)
	for i, v := range c.Values {
		values[i] = float64(v)
	}
	if c.Bars { // lying bars are drawn from below; the largest belongs on top
		for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
			values[i], values[j], labels[i], labels[j] = values[j], values[i], labels[j], labels[i]
		}
	}
	whole := func(f float64) string { return strconv.FormatInt(int64(f+0.5), 10) }
	ink := charts.Color{R: 29, G: 79, B: 145, A: 255}
	text := charts.FontStyle{FontSize: 17, FontColor: charts.Color{R: 30, G: 30, B: 30, A: 255}, Font: charts.GetFont(fontName)}
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Horizontal = c.Bars
	o.Theme = charts.GetTheme(charts.ThemeLight).WithSeriesColors([]charts.Color{ink})
	o.Padding = charts.Box{Left: 24, Right: 60, Top: 24, Bottom: 16}
	o.Title = charts.TitleOption{Show: charts.Ptr(false)}
	o.Legend = charts.LegendOption{Show: charts.Ptr(false)}
	o.CategoryAxis = charts.CategoryAxisOption{Labels: labels, LabelFontStyle: text, LabelCount: len(labels)}
	// without a floor the smallest bar would have no height at all
	o.ValueAxis[0].Min = charts.Ptr(0.0)
	o.ValueAxis[0].LabelFontStyle, o.ValueAxis[0].ValueFormatter = text, whole
	o.ValueFormatter = whole
	o.BarSize = 0.55
	o.SeriesList[0].Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: text, ValueFormatter: whole}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: pictureWidth, Height: pictureHeight, Font: text.Font})
	if err := p.BarChart(o); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return p.Bytes()
}
