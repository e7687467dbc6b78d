package app

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"fieldkit/sync/replica"
)

// Settings are how this laptop shows the kit. They hold nothing personal and
// work before enrolment, so they are a plain file in the data directory.
type Settings struct {
	path string
	mu   sync.Mutex
}

// NewSettings makes the service over a data directory.
func NewSettings(dir string) *Settings { return &Settings{path: filepath.Join(dir, "settings.json")} }

// Preferences are the settings' values.
type Preferences struct {
	Language  string `json:"language"`   // zh-CN, en
	Theme     string `json:"theme"`      // normal, sun
	LargeType bool   `json:"large_type"` // bigger text
	Sound     bool   `json:"sound"`      // click on taps
}

// LogFile is where this laptop notes what goes wrong, for the office: a path.
func (s *Settings) LogFile() (string, error) { return LogPath(filepath.Dir(s.path)), nil }

// Get reads the preferences; a missing or damaged file gives the defaults.
func (s *Settings) Get() (Preferences, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := Preferences{Language: "zh-CN", Theme: "normal"}
	raw, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	_ = json.Unmarshal(raw, &p) // what cannot be read stays at its default
	return p, nil
}

// Save writes the preferences.
func (s *Settings) Save(p Preferences) (Preferences, error) {
	if p.Language != "zh-CN" && p.Language != "en" {
		return p, refuse("language", "没有这种语言。", "There is no such language.")
	}
	if p.Theme != "normal" && p.Theme != "sun" {
		return p, refuse("theme", "没有这种外观。", "There is no such theme.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	raw, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return p, err
	}
	return p, replica.WriteDurably(s.path, raw)
}
