package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fieldkit/sync/replica"
)

// photoStore keeps photos beside the database, each under the hash of its bytes
// and sealed under the data key, so that a thief of the disk sees none.
type photoStore struct{ r *replica.Replica }

var errNoPhoto = errors.New("the photo is not on this laptop")

func (s photoStore) path(sha, kind string) string {
	return filepath.Join(s.r.Dir(), "photos", sha[:2], sha+kind)
}

// Kinds of files: the photo, and a small picture of it.
const (
	photoFull  = ".photo"
	photoThumb = ".thumb"
)

// put writes a photo durably, whole or not at all. What is there already stays.
func (s photoStore) put(sha, kind string, plain []byte) error {
	path := s.path(sha, kind)
	if _, err := s.get(sha, kind); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep photo: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "new-*")
	if err != nil {
		return fmt.Errorf("keep photo: %w", err)
	}
	_, err = f.Write(s.r.SealBytes("photo/"+sha+kind, plain))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // sealed, and of no use
		return fmt.Errorf("keep photo: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil { // where a directory can be synced, its entry is durable too
		_ = dir.Sync()
		_ = dir.Close()
	}
	return nil
}

// get reads a photo; errNoPhoto when another laptop has it.
func (s photoStore) get(sha, kind string) ([]byte, error) {
	if len(sha) != 64 {
		return nil, errNoPhoto
	}
	sealed, err := os.ReadFile(s.path(sha, kind))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoPhoto
	}
	if err != nil {
		return nil, fmt.Errorf("read photo: %w", err)
	}
	return s.r.OpenBytes("photo/"+sha+kind, sealed)
}
