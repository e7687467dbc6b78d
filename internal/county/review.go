package county

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// ReviewItem is one thing that somebody at the office should look at.
type ReviewItem struct {
	Key     string            `json:"key"`  // names the item for Accept
	Kind    string            `json:"kind"` // conflict, void_edit, stock, rush, outside, heads, crowd, future, double, clock, held, blended
	Table   string            `json:"table"`
	ID      string            `json:"id"`
	Column  string            `json:"column"`
	Title   string            `json:"title"` // of the record
	Unit    string            `json:"unit"`
	At      int64             `json:"at"`     // of the record or the edit, Unix milliseconds
	Args    map[string]string `json:"args"`   // for the sentence of its kind
	Winner  *Said             `json:"winner"` // of a conflict: what stands
	Loser   *Said             `json:"loser"`
	Proofs  []ReviewProof     `json:"proofs"`   // further records it is about
	Actions []string          `json:"actions"`  // keep, swap, accept, join, edit, void, restore, shift, adjust, release
	Severe  bool              `json:"severe"`   // figures may be wrong
	Number  int64             `json:"number"`   // of what is held back
	Records int64             `json:"records"`  // how many it is about
	ShiftMs int64             `json:"shift_ms"` // the proposed correction of a clock
}

// Said is one of two concurrent values.
type Said struct {
	Field  Field  `json:"field"`
	Device string `json:"device"`
	At     int64  `json:"at"`
}

// ReviewProof is a record beside an item: what is now, and what is proposed.
type ReviewProof struct {
	Table string `json:"table"`
	ID    string `json:"id"`
	Title string `json:"title"`
	Now   int64  `json:"now"` // Unix milliseconds
	Then  int64  `json:"then"`
}

// Review is the list and how many of each kind there are.
type Review struct {
	Items  []ReviewItem     `json:"items"`
	Counts map[string]int64 `json:"counts"`
	At     int64            `json:"at"`
}

const (
	perRule    = 100     // items of one kind that are listed at once
	clockLimit = 600_000 // ms off that matter (domain.md, W16)
)

// Review lists what waits to be looked at, what may spoil figures first.
func (s *Service) Review(ctx context.Context) (Review, error) {
	if _, err := signedIn(ctx); err != nil {
		return Review{}, err
	}
	items, err := s.c.reviewed.list(ctx, s.c)
	if err != nil {
		return Review{}, err
	}
	r := Review{Items: items, Counts: map[string]int64{}, At: s.c.store.now()}
	for _, item := range items {
		r.Counts[item.Kind]++
	}
	return r, nil
}

// ReviewCount is how many there are, for the badge.
func (s *Service) ReviewCount(ctx context.Context) (int64, error) {
	if v, err := signedIn(ctx); err != nil || permitted[v.account.Role] != nil {
		return 0, err // none that the account could look at
	}
	items, err := s.c.reviewed.list(ctx, s.c)
	return int64(len(items)), err
}

// review collects the items.
func (c *County) review(ctx context.Context) ([]ReviewItem, error) {
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	looked, err := c.store.lookedAt(ctx)
	if err != nil {
		return nil, err
	}
	items := []ReviewItem{}
	for _, collect := range []func(context.Context, *nameBook) ([]ReviewItem, error){
		c.reviewConflicts, c.reviewHeld, c.reviewVoided, c.reviewClocks, c.reviewDoubles, c.reviewNumbers, c.reviewStock, c.reviewRush, c.reviewFuture, c.reviewOutside, c.reviewBlended,
	} {
		found, err := collect(ctx, names)
		if err != nil {
			return nil, err
		}
		for _, item := range found {
			item.Key = item.key()
			if looked[item.Key] {
				continue
			}
			if item.Args == nil {
				item.Args = map[string]string{}
			}
			if item.Proofs == nil {
				item.Proofs = []ReviewProof{}
			}
			items = append(items, item)
		}
	}
	sort.SliceStable(items, func(i, j int) bool {
		if items[i].Severe != items[j].Severe {
			return items[i].Severe
		}
		return false
	})
	return items, nil
}

// key names an item with the values that it is about: once accepted it is gone
// until they change.
func (item *ReviewItem) key() string {
	args := make([]string, 0, len(item.Args))
	for name, value := range item.Args {
		args = append(args, name+"="+value)
	}
	sort.Strings(args)
	parts := append([]string{item.Kind, item.Table, item.ID, item.Column, fmt.Sprint(item.Number)}, args...)
	for _, side := range []*Said{item.Winner, item.Loser} {
		if side != nil {
			parts = append(parts, fmt.Sprint(side.At, side.Field))
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return item.Kind + "-" + hex.EncodeToString(sum[:12])
}

// about fills in what a list shows of a record.
func (c *County) about(ctx context.Context, item *ReviewItem, table string, id schema.ID, names *nameBook) (*replicaRow, error) {
	item.Table, item.ID = table, id.String()
	row, err := c.replica.Get(ctx, table, id)
	if err != nil || row == nil {
		return row, err
	}
	item.Title, item.Unit, err = c.titleOf(ctx, table, row, names)
	if item.At == 0 {
		item.At = row.UpdatedAt().UnixMilli()
	}
	return row, err
}

// titleOf names a record without personal data, and its unit.
func (c *County) titleOf(ctx context.Context, table string, row *replicaRow, names *nameBook) (title, unit string, err error) {
	activity := row
	switch table {
	case "unit", "venue", "material", "officer":
		return row.Text("name"), "", nil
	case "device":
		return row.Text("label"), names.unit(row.Ref("owner_unit_id")), nil
	case "outcome":
		return strings.TrimSpace(names.codes.Label("outcome_kind", row.Text("kind")) + " " + row.Text("ref_no")), names.unit(row.Ref("lead_unit_id")), nil
	case "post":
		return row.Text("title"), names.unit(row.Ref("unit_id")), nil
	case "indicator":
		return names.codes.Label("indicator_kind", row.Text("kind")), "", nil
	case "case_digest", "plan":
		return row.Text("title"), "", nil
	case "consultation":
		title = names.codes.Label("fraud_type", row.Text("fraud_type"))
	case "handout":
		title = names.materials[row.Ref("material_id")]
	case "attendance":
		title = maskName(row.Text("person_name"))
	}
	if t := model.Schema.Table(table); table != "activity" {
		if t.Column("activity_id") == nil {
			return title, "", nil
		}
		if activity, err = c.replica.Get(ctx, "activity", row.Ref("activity_id")); err != nil || activity == nil {
			return title, "", err
		}
	}
	venues, err := c.venueNames(ctx, map[schema.ID]*replicaRow{activity.ID: activity})
	if err != nil {
		return "", "", err
	}
	of := activityTitle(activity, venues)
	if of == "" {
		of = names.codes.Label("activity_kind", activity.Text("kind"))
	}
	if title != "" {
		of = title + " · " + of
	}
	return of, names.unit(activity.Ref("lead_unit_id")), nil
}

func (c *County) reviewConflicts(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	conflicts, err := c.replica.Conflicts(ctx)
	if err != nil {
		return nil, err
	}
	var items []ReviewItem
	for _, k := range conflicts {
		if model.Untyped(k) || len(items) == perRule {
			continue
		}
		item := ReviewItem{Kind: "conflict", Column: k.Column, At: k.Loser.At.UnixMilli(), Actions: []string{"keep", "swap", "edit"}, Severe: countsInFigures[k.Table+"."+k.Column]}
		if _, err := c.about(ctx, &item, k.Table, k.ID, names); err != nil {
			return nil, err
		}
		for side, v := range map[**Said]replica.Version{&item.Winner: k.Winner, &item.Loser: k.Loser} {
			field, err := c.fieldOf(ctx, k.Table, k.Column, v.Value, names)
			if err != nil {
				return nil, err
			}
			*side = &Said{Field: field, Device: c.deviceName(v.Replica, names), At: v.At.UnixMilli()}
		}
		items = append(items, item)
	}
	return items, nil
}

// countsInFigures are the fields of which a wrong value changes a reported figure.
var countsInFigures = map[string]bool{"outcome.averted_fen": true, "outcome.recovered_fen": true, "outcome.persons": true, "outcome.occurred_on": true, "activity.state": true,
	"activity.start_at": true, "activity.heads_stated": true, "activity.lead_unit_id": true, "consultation.fraud_type": true, "consultation.occurred_at": true}

func (c *County) deviceName(id schema.ID, names *nameBook) string {
	if id == c.replica.ID() {
		return "县办公室"
	}
	return names.devices[id]
}

// reviewHeld lists what came and was not merged, by why: its author was marked as lost, its
// clock was ahead, another changeset has its place, it cannot be read, or a field of
// it is none of this version's.
func (c *County) reviewHeld(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	held, err := c.replica.HeldBack(ctx)
	if err != nil {
		return nil, err
	}
	var items []ReviewItem
	for _, h := range held {
		if h.Table != "" && h.Column == "" || len(items) == perRule { // a row waits for its changeset, and comes with it
			continue
		}
		device := c.deviceName(h.Stream.Origin.Replica, names)
		item := ReviewItem{Kind: "held_unread", Number: h.N, At: h.At.UnixMilli(), Title: device, Severe: true, Args: map[string]string{"n": fmt.Sprint(h.Number), "reason": h.Reason}, Actions: []string{"release"}}
		switch {
		case h.Fork:
			item.Kind, item.Actions = "held_fork", []string{"accept"}
		case h.Column != "":
			item.Kind, item.Column, item.Title, item.Actions = "held_field", h.Column, "", []string{"accept"}
			item.Args["device"] = device
			if _, err := c.about(ctx, &item, h.Table, h.ID, names); err != nil {
				return nil, err
			}
		case h.Reason == writtenWhileLost:
			item.Kind = "held"
		case strings.HasPrefix(h.Reason, replica.ReasonAhead):
			item.Kind = "held_clock"
		}
		items = append(items, item)
	}
	return items, nil
}

// reviewVoided lists voided rows with edits that whoever voided them had not seen, as
// the mark tells: it names the state that its author looked at.
func (c *County) reviewVoided(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	var items []ReviewItem
	for _, table := range []string{"activity", "consultation", "outcome", "attendance", "handout"} {
		rows, err := c.replica.Select(ctx, table, `WHERE voided IS NOT NULL AND json_extract(voided, '$.on') = 1 ORDER BY _n DESC LIMIT 500`)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !model.EditedUnseen(row) {
				continue
			}
			void, edit, err := c.besideVoid(ctx, table, row.ID)
			if err != nil {
				return nil, err
			}
			if edit == nil {
				continue
			}
			item := ReviewItem{Kind: "void_edit", Column: edit.Column, At: edit.At.UnixMilli(), Actions: []string{"accept", "restore", "edit"},
				Args: map[string]string{"voider": c.deviceName(void.Origin.Replica, names), "editor": c.deviceName(edit.Origin.Replica, names)}}
			if _, err := c.about(ctx, &item, table, row.ID, names); err != nil {
				return nil, err
			}
			items = append(items, item)
		}
	}
	return items[:min(len(items), perRule)], nil
}

// besideVoid gives a row's mark and the newest edit of another computer that the
// mark's author did not know of; nil when there is none.
func (c *County) besideVoid(ctx context.Context, table string, id schema.ID) (void, edit *replica.FieldVersion, err error) {
	versions, err := c.replica.Versions(ctx, table, id)
	if err != nil {
		return nil, nil, err
	}
	for i := range versions {
		if versions[i].Column == "voided" && !versions[i].Lost {
			void = &versions[i]
		}
	}
	if void == nil {
		return nil, nil, nil
	}
	// Whoever voided it and wrote on has changed the state since: then only what is
	// later than the mark was certainly not seen.
	wroteOn := slices.ContainsFunc(versions, func(v replica.FieldVersion) bool {
		return v.Origin.Replica == void.Origin.Replica && v.Stamp > void.Stamp && v.Column != "reviewed"
	})
	for i := range versions {
		v := &versions[i]
		if v.Origin.Replica == void.Origin.Replica || hidden[v.Column] || model.Schema.Table(table).Column(v.Column).Kind == schema.Immutable || wroteOn && v.Stamp < void.Stamp {
			continue
		}
		if edit == nil || v.Stamp > edit.Stamp {
			edit = v
		}
	}
	return void, edit, nil
}

// ids runs a query for ids.
func (c *County) ids(ctx context.Context, query string, args ...any) ([]schema.ID, error) {
	rows, err := c.replica.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	defer rows.Close()
	var list []schema.ID
	for rows.Next() {
		var id schema.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

func (c *County) reviewBlended(ctx context.Context, names *nameBook) ([]ReviewItem, error) {
	blended, err := c.replica.Blended(ctx)
	if err != nil {
		return nil, err
	}
	var items []ReviewItem
	for _, b := range blended {
		if len(items) == perRule {
			break
		}
		item := ReviewItem{Kind: "blended", Column: b.Column, At: b.At.UnixMilli(), Actions: []string{"accept", "edit"}}
		if _, err := c.about(ctx, &item, b.Table, b.ID, names); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}
