package county

import (
	"context"

	"fieldkit/internal/figures"
)

// counted gives the lines of a figure whose days have been counted (figures.Kept), as the
// records stand now. While they are being counted after a start it does not wait for them.
func (c *County) counted(ctx context.Context, r *figures.Reader, code string, s figures.Scope, line func(*figures.Line)) (bool, error) {
	select {
	case <-c.warmth.ready:
	default:
		return false, nil
	}
	p, err := parsePeriod(s.From, s.To, nil)
	if err != nil {
		return false, nil // a span that the first page does not show is not kept
	}
	p.units = s.Units
	if _, lack := c.counts.show([]string{code}, p); lack.missing > 0 && (additive[code] == "" || additive[code] == "consultation") {
		return false, nil // consultations are many: their sum is counted sooner than their days
	}
	t, err := c.counts.count(ctx, c, []string{code}, p)
	if err != nil || !c.counts.by(r) {
		return false, err
	}
	t[code].each(line)
	return true, nil
}

// by tells whether what is shown is counted by the rules of a reader.
func (c *tallyCache) by(r *figures.Reader) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return r.SameAliases(c.shown)
}
