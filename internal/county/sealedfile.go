package county

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"fieldkit/sync/replica"
)

// sealedFrame is how many bytes of a file are sealed together.
const sealedFrame = 256 << 10

// maxSealedFrame bounds what a frame may claim to be.
const maxSealedFrame = sealedFrame + 1024

// sealedWriter seals what is written to it under the replica's key, in frames. Each
// frame is bound to the file's name, its place and whether it is the last.
type sealedWriter struct {
	replica *replica.Replica
	to      io.Writer
	name    string
	frames  int
	plain   []byte
	size    int64 // bytes written to it
}

func frameContext(name string, frame int, last bool) string {
	return fmt.Sprintf("made/%s/%d/%t", name, frame, last)
}

func (w *sealedWriter) Write(p []byte) (int, error) {
	taken := 0
	for taken < len(p) {
		n := min(len(p)-taken, sealedFrame-len(w.plain))
		w.plain = append(w.plain, p[taken:taken+n]...)
		taken += n
		if len(w.plain) == sealedFrame {
			if err := w.frame(false); err != nil {
				return taken, err
			}
		}
	}
	w.size += int64(taken)
	return taken, nil
}

// end seals the rest. A file without it is no whole one.
func (w *sealedWriter) end() error { return w.frame(true) }

func (w *sealedWriter) frame(last bool) error {
	sealed := w.replica.SealBytes(frameContext(w.name, w.frames, last), w.plain)
	w.frames, w.plain = w.frames+1, w.plain[:0]
	head := make([]byte, 5)
	binary.BigEndian.PutUint32(head, uint32(len(sealed)))
	if last {
		head[4] = 1
	}
	if _, err := w.to.Write(head); err != nil {
		return err
	}
	_, err := w.to.Write(sealed)
	return err
}

// goneError says that who was given a file stopped taking it.
type goneError struct{ err error }

func (e *goneError) Error() string { return e.err.Error() }

// unseal copies what a sealedWriter of that name wrote. A goneError is to's.
func unseal(r *replica.Replica, from io.Reader, name string, to io.Writer) error {
	head, sealed := make([]byte, 5), make([]byte, maxSealedFrame)
	for frame := 0; ; frame++ {
		if _, err := io.ReadFull(from, head); err != nil {
			return fmt.Errorf("read frame %d: %w", frame, err)
		}
		n, last := binary.BigEndian.Uint32(head), head[4] == 1
		if n > maxSealedFrame {
			return errors.New("a frame is too large")
		}
		if _, err := io.ReadFull(from, sealed[:n]); err != nil {
			return fmt.Errorf("read frame %d: %w", frame, err)
		}
		plain, err := r.OpenBytes(frameContext(name, frame, last), sealed[:n])
		if err != nil {
			return fmt.Errorf("open frame %d: %w", frame, err)
		}
		if _, err := to.Write(plain); err != nil {
			return &goneError{err}
		}
		if last {
			return nil
		}
	}
}
