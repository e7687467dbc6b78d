package county

import (
	"context"

	"fieldkit/internal/figures"
)

// counted gives the lines of a figure whose days are all counted (figures.Kept). While
// they are being counted after a start it does not wait for them.
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
	b, known, err := c.counts.have(ctx, c, r, code, p)
	if known {
		b.each(line)
	}
	return known, err
}

// have is the breakdown of a period if all of its days are counted, by the rules of a reader.
func (c *tallyCache) have(ctx context.Context, county *County, r *figures.Reader, code string, p period) (breakdown, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.catchUp(ctx, county); err != nil {
		return breakdown{}, false, err
	}
	have, ok := c.days[code]
	for day := localDay(p.from); ok && day <= localDay(p.to); day++ {
		_, ok = have[day]
	}
	if !ok || !r.SameAliases(c.reader) {
		return breakdown{}, false, nil
	}
	return c.breakdown(code, p), true, nil
}
