package county

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// redactEvery is how often a serving county looks for what is due.
const redactEvery = 6 * time.Hour

// Redact empties, for good and on every computer, the personal fields whose time is
// over (domain.md 1.4): of a consultation so many days after it was closed, or after
// it occurred when it never was; of an attendance its names so many days after the
// meeting, and before that its telephone. What counts stays. It returns how many
// records it touched; done twice, it finds nothing the second time.
func (c *County) Redact(ctx context.Context) (int, error) {
	settings, err := model.ReadSettings(ctx, c.replica)
	if err != nil {
		return 0, err
	}
	now := time.UnixMilli(c.store.now())
	before := func(days int64) int64 { return now.AddDate(0, 0, -int(days)).UnixMilli() }
	n := 0
	for _, due := range []struct {
		table, clause string
		args          []any
		phone         bool // the telephone alone
	}{
		{"consultation", `WHERE redacted_at IS NULL AND (closed_at <= ? OR closed_at IS NULL AND occurred_at <= ?)`,
			[]any{before(settings.RedactClosedDays), before(settings.RedactOpenDays)}, false},
		{"attendance", `WHERE redacted_at IS NULL AND activity_id IN (SELECT id FROM activity WHERE start_at <= ?)`, []any{before(settings.RedactNameDays)}, false},
		{"attendance", `WHERE redacted_at IS NULL AND phone_redacted_at IS NULL AND activity_id IN (SELECT id FROM activity WHERE start_at <= ?)`, []any{before(settings.RedactPhoneDays)}, true},
	} {
		var ids []schema.ID
		err := c.replica.Each(ctx, due.table, due.clause, due.args, func(row *replicaRow) error {
			ids = append(ids, row.ID)
			return nil
		})
		if err != nil {
			return n, err
		}
		for _, some := range slices.Collect(slices.Chunk(ids, redactAtOnce)) {
			if err := c.redactRows(ctx, due.table, some, due.phone); err != nil {
				return n, err
			}
			n += len(some)
		}
	}
	if n > 0 {
		err = c.store.record(ctx, entry{Actor: "county", Action: "redacted", Detail: fmt.Sprint(n)})
	}
	return n, err
}

// redactAtOnce is how many records one transaction redacts: others wait for it.
const redactAtOnce = 500

func (c *County) redactRows(ctx context.Context, table string, ids []schema.ID, phone bool) error {
	write := func(tx *replicaTx) error {
		for _, id := range ids {
			values := schema.Values{"redacted_at": tx.Now().UnixMilli()}
			if phone {
				values = schema.Values{"phone_redacted_at": tx.Now().UnixMilli()}
			}
			if err := tx.Put(table, id, values); err != nil {
				return err
			}
		}
		return nil
	}
	err := c.counts.changes.leave(table, ids, func() error { return c.replica.Update(ctx, write) })
	if err != nil {
		return fmt.Errorf("redact %s: %w", table, err)
	}
	return nil
}

// redactDue redacts at once and from then on until ctx ends.
func (c *County) redactDue(ctx context.Context) {
	for {
		if _, err := c.Redact(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("redact what is due", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(redactEvery):
		}
	}
}
