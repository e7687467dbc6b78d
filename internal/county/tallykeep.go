package county

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// keptCounts is a tallyCache on disk, so that the first page after a start need not
// count a million records anew. It is written when the county closes in order and
// taken away as soon as it is opened: whatever is written in between, and does not end
// in order, leaves none. It holds numbers of rows and no personal data.
type keptCounts struct {
	State  string // of the records that were counted, and how they were counted
	Placed map[string][]int32
	Units  []schema.ID
	Codes  []string
	Lines  map[string]keptLines // by figure
}

// keptLines are the lines of a figure, a column each: they are many. Empty are the
// days that were counted and have none.
type keptLines struct {
	Day, Unit, Code []int32
	Value           []int64
	Empty           []int32
}

// countsFile lies in the county's directory, sealed, as damage would pass for figures.
const countsFile = "counts.sealed"

// countsState names what was counted: the changesets that were merged, what was written
// since, and the definitions. A database that was put in the place of another has another one.
func (c *County) countsState(ctx context.Context) (string, error) {
	vector, err := c.replica.Vector(ctx)
	if err != nil {
		return "", err
	}
	journal, err := c.number(ctx, `SELECT count(*) FROM _journal`)
	if err != nil {
		return "", err
	}
	held, err := c.number(ctx, `SELECT count(*) FROM _held`)
	return fmt.Sprint(figures.Fingerprint(), c.options.Version, c.replica.Origin(), vector, journal, held), err
}

// keep writes what is counted. The county is about to close: nothing is written any more.
func (c *tallyCache) keep(ctx context.Context, county *County) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reader == nil {
		return nil
	}
	if err := c.catchUp(ctx, county); err != nil {
		return err
	}
	k := keptCounts{Placed: c.placed, Lines: map[string]keptLines{}}
	var err error
	if k.State, err = county.countsState(ctx); err != nil {
		return err
	}
	units, codes := map[schema.ID]int32{}, map[string]int32{}
	for figure, days := range c.days {
		var l keptLines
		for day, lines := range days {
			if len(lines) == 0 {
				l.Empty = append(l.Empty, int32(day))
			}
			for _, line := range lines {
				unit, known := units[line.Unit]
				if !known {
					unit = int32(len(k.Units))
					units[line.Unit], k.Units = unit, append(k.Units, line.Unit)
				}
				code, known := codes[line.Code]
				if !known {
					code = int32(len(k.Codes))
					codes[line.Code], k.Codes = code, append(k.Codes, line.Code)
				}
				l.Day, l.Unit, l.Code, l.Value = append(l.Day, int32(day)), append(l.Unit, unit), append(l.Code, code), append(l.Value, line.Value)
			}
		}
		k.Lines[figure] = l
	}
	return writeWhole(filepath.Join(county.dir, countsFile), func(to io.Writer) error {
		sealed := &sealedWriter{replica: county.replica, to: to, name: countsFile}
		if err := gob.NewEncoder(sealed).Encode(k); err != nil {
			return err
		}
		return sealed.end()
	})
}

// restore takes up what keep wrote, when it is of the records as they are. What is
// damaged or of other records is counted anew.
func (c *tallyCache) restore(ctx context.Context, county *County) error {
	path := filepath.Join(county.dir, countsFile)
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	k, readErr := readCounts(county, f)
	if err := errors.Join(f.Close(), os.Remove(path)); err != nil {
		return err // it could be taken for today's at the next start
	}
	if readErr != nil {
		county.log.Warn("the counts kept at the last stop cannot be used", "err", readErr)
		return nil
	}
	state, err := county.countsState(ctx)
	if err != nil || state != k.State {
		return err
	}
	settings, err := model.ReadSettings(ctx, county.replica)
	if err != nil {
		return err
	}
	reader, err := figures.NewReader(ctx, county.replica, settings)
	if err != nil {
		return err
	}
	days := map[string]map[int64][]figures.Line{}
	for figure, l := range k.Lines {
		of := map[int64][]figures.Line{}
		for _, day := range l.Empty {
			of[int64(day)] = nil
		}
		for i, day := range l.Day {
			of[int64(day)] = append(of[int64(day)], figures.Line{Day: int64(day), Unit: k.Units[l.Unit[i]], Code: k.Codes[l.Code[i]], Value: l.Value[i]})
		}
		days[figure] = of
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reader, c.days, c.placed = reader, days, k.Placed
	return nil
}

func readCounts(county *County, f io.Reader) (k keptCounts, err error) {
	plain, sink := io.Pipe()
	go func() { sink.CloseWithError(unseal(county.replica, bufio.NewReader(f), countsFile, sink)) }()
	err = gob.NewDecoder(bufio.NewReader(plain)).Decode(&k)
	if err == nil { // the end is authentic too
		_, err = io.Copy(io.Discard, plain)
	}
	plain.CloseWithError(errors.Join(err, io.ErrClosedPipe))
	return k, err
}
