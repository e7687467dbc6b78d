package county

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pages serves the built dashboard. To strangers it serves the sign-in page
// alone: county.html and what that entry loads at once. Everything that the
// dashboard loads later needs a session.
type pages struct {
	files fs.FS
	login map[string]bool // assets of the sign-in page
}

const page = "county.html"

// newPages reads Vite's manifest to learn which files the sign-in page needs.
func newPages(files fs.FS) *pages {
	p := &pages{files: files, login: map[string]bool{}}
	if files == nil {
		return p
	}
	raw, err := fs.ReadFile(files, ".vite/manifest.json")
	if err != nil {
		return p
	}
	var manifest map[string]struct {
		File    string   `json:"file"`
		CSS     []string `json:"css"`
		Assets  []string `json:"assets"`
		Imports []string `json:"imports"`
	}
	if json.Unmarshal(raw, &manifest) != nil {
		return p
	}
	var walk func(name string)
	walk = func(name string) {
		chunk, ok := manifest[name]
		if !ok || p.login[chunk.File] {
			return
		}
		p.login[chunk.File] = true
		for _, file := range append(chunk.CSS, chunk.Assets...) {
			p.login[file] = true
		}
		for _, next := range chunk.Imports {
			walk(next)
		}
	}
	walk(page)
	return p
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stranger := visitOf(r.Context()) == nil || visitOf(r.Context()).account == nil
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case p.files == nil:
		http.Error(w, "this server was built without its pages", http.StatusNotFound)
	case name == "" && stranger:
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	case name == "login" && !stranger:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case name == "" || name == "login":
		p.file(w, r, page)
	case name == "favicon.ico" || name == "favicon.svg" || p.login[name]:
		p.file(w, r, name)
	case stranger:
		http.Error(w, "sign in first", http.StatusUnauthorized)
	case strings.HasPrefix(name, "assets/"):
		p.file(w, r, name)
	default:
		http.NotFound(w, r)
	}
}

func (p *pages) file(w http.ResponseWriter, r *http.Request, name string) {
	if info, err := fs.Stat(p.files, name); err != nil || info.IsDir() {
		http.NotFound(w, r)
		return
	}
	if strings.HasPrefix(name, "assets/") { // their names carry a hash of their content
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, p.files, name)
}
