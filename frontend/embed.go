// Package frontend carries the built screens: the kit's index.html and the
// county's county.html with their assets. `npm run build` fills dist.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var embedded embed.FS

// Dist is the built frontend. Without a build it holds no page.
func Dist() fs.FS {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic("frontend: dist is embedded: " + err.Error())
	}
	return dist
}
