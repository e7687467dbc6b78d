package county

import (
	"context"
	"fmt"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// One person who signed twice at one meeting, under two spellings, counts twice until
// the office joins the two. Names stay masked but for the characters that differ.

// signedTwice are the signatures of meetings that have more than one, a year back.
const signedTwice = `WHERE merged_into IS NULL AND coalesce(json_extract(voided, '$.on'), 0) = 0 AND redacted_at IS NULL AND json_array_length(coalesce(sign_ins, '[]')) > 0
	AND activity_id IN (SELECT id FROM activity WHERE start_at > ?)`

const peopleSince = 400 * dayMillis

// person is what two signatures are compared by.
type person struct {
	row                    *replicaRow
	meeting                schema.ID // the one that stands for it
	venue                  schema.ID // as it was when they signed: two may have been merged since
	name, org, phone, role string
	called                 string // the organisation as it is called
}

// compare scores two signatures of one meeting, 0–100, and says what speaks for it.
func (a *person) compare(b *person) (score int64, reasons []string) {
	add := func(points int64, reason string) {
		score += points
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	same, phone := a.org == b.org, a.phone != "" && a.phone == b.phone
	switch {
	case a.name == b.name && same && a.venue == b.venue && !phone:
		return 0, nil // namesakes of one organisation, told apart when they signed
	case a.name == b.name:
		add(60, "same_name")
	case model.SoundAlike(a.name, b.name):
		add(60, "pinyin")
	case similarity(a.name, b.name) >= 60 || strings.HasPrefix(a.name, b.name) || strings.HasPrefix(b.name, a.name):
		add(42, "similar_name")
	default:
		return 0, nil
	}
	switch {
	case same:
		add(16, "org")
	case similarity(generic.Replace(a.called), generic.Replace(b.called)) < 50:
		add(-20, "")
	}
	switch {
	case phone:
		add(30, "phone")
	case a.phone != "" && b.phone != "":
		add(-40, "")
	}
	if a.role != "" && b.role != "" && a.role != b.role {
		add(-8, "")
	}
	return min(max(score, 0), 100), reasons
}

// people proposes signatures that are one person's, surest first.
func (c *County) people(ctx context.Context) ([]Pair, error) {
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return nil, err
	}
	venues, err := c.allVenueNames(ctx)
	if err != nil {
		return nil, err
	}
	meetings := map[schema.ID][]*person{}
	err = c.replica.Each(ctx, "attendance", signedTwice, []any{c.store.now() - peopleSince}, func(row *replicaRow) error {
		p := &person{row: row, meeting: reader.Survivor(row.Ref("activity_id")), venue: row.Ref("venue_id"), name: model.Norm(row.Text("person_name")), org: model.Norm(row.Text("org_name")), phone: row.Text("phone"), role: row.Text("role")}
		p.called = p.org
		if !p.venue.IsNil() {
			at := reader.Survivor(p.venue)
			p.org, p.called = at.String(), model.Norm(venues[at])
		}
		meetings[p.meeting] = append(meetings[p.meeting], p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for people twice: %w", err)
	}
	apart, err := c.store.apart(ctx, "attendance")
	if err != nil {
		return nil, err
	}
	var found []scored[*person]
	for _, list := range meetings {
		for i, a := range list {
			for _, b := range list[i+1:] {
				key := pairKey(a.row.ID, b.row.ID)
				if score, reasons := a.compare(b); score >= pairScore && !apart[key] {
					found = append(found, scored[*person]{a, b, key, score, reasons})
				}
			}
		}
	}
	bestFirst(found)
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	list := []Pair{}
	for _, f := range found[:min(len(found), pairLimit)] {
		p := Pair{Table: "attendance", Score: f.score, Reasons: f.reasons, Before: int64(len(meetings[f.a.meeting])), After: int64(len(meetings[f.a.meeting])) - 1}
		left, right := maskAlike(f.a.row.Text("person_name"), f.b.row.Text("person_name"))
		if p.Left, err = c.personSide(ctx, f.a.row, left, venues, names); err != nil {
			return nil, err
		}
		if p.Right, err = c.personSide(ctx, f.b.row, right, venues, names); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// personSide shows one signature; name is as much of it as is to be shown.
func (c *County) personSide(ctx context.Context, row *replicaRow, name string, venues map[schema.ID]string, names *nameBook) (PairSide, error) {
	line, err := c.personRow(ctx, row, name, venues, names)
	return PairSide{Row: line, Counts: []Count{}, Created: row.Int("created_at"), Device: names.devices[row.Ref("device_id")]}, err
}

func (c *County) personRow(ctx context.Context, row *replicaRow, name string, venues map[schema.ID]string, names *nameBook) (RegistryRow, error) {
	org := row.Text("org_name")
	if id := row.Ref("venue_id"); !id.IsNil() {
		if _, known := venues[id]; !known {
			venue, err := c.replica.Get(ctx, "venue", id)
			if err != nil {
				return RegistryRow{}, err
			}
			if venue != nil {
				venues[id] = venue.Text("name")
			}
		}
		org = venues[id]
	}
	activity, err := c.replica.Get(ctx, "activity", row.Ref("activity_id"))
	if err != nil {
		return RegistryRow{}, err
	}
	meeting := ""
	if activity != nil {
		if meeting, _, err = c.titleOf(ctx, "activity", activity, names); err != nil {
			return RegistryRow{}, err
		}
		meeting = localDate(activity.Int("start_at")) + " " + meeting
	}
	return RegistryRow{ID: row.ID.String(), Names: map[string]string{}, Fields: map[string]string{"name": name, "org_name": org, "phone": maskPhone(row.Text("phone")), "role": row.Text("role"),
		"source": sourceName[row.Text("source")], "meeting": meeting}}, nil
}

// maskAlike masks two names but for their first characters and those in which they differ.
func maskAlike(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	// The longest common subsequence is what stays hidden.
	length := make([][]int, len(x)+1)
	for i := range length {
		length[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if length[i][j] = max(length[i+1][j], length[i][j+1]); x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			if i > 0 {
				x[i] = '*'
			}
			if j > 0 {
				y[j] = '*'
			}
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return string(x), string(y)
}

func (c *County) mergedPeople(ctx context.Context, names *nameBook) ([]RegistryRow, error) {
	list := []RegistryRow{}
	rows, err := c.replica.Select(ctx, "attendance", `WHERE merged_into IS NOT NULL ORDER BY _n DESC LIMIT 100`)
	if err != nil {
		return list, fmt.Errorf("list merged people: %w", err)
	}
	venues := map[schema.ID]string{}
	for _, row := range rows {
		other, err := c.replica.Get(ctx, "attendance", row.Ref("merged_into"))
		if err != nil {
			return list, err
		}
		into := ""
		if other != nil {
			into = other.Text("person_name")
		}
		name, into := maskAlike(row.Text("person_name"), into)
		line, err := c.personRow(ctx, row, name, venues, names)
		if err != nil {
			return list, err
		}
		line.Into, line.IntoName = row.Ref("merged_into").String(), into
		list = append(list, line)
	}
	return list, nil
}
