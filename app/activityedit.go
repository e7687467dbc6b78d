package app

import (
	"slices"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// ActivityChanges are what an officer changed of an activity; nil leaves a field
// as it is, so that a form held open overwrites nothing that others wrote.
type ActivityChanges struct {
	Title         *string    `json:"title"`
	StartAt       *int64     `json:"start_at"` // ms
	EndAt         *int64     `json:"end_at"`   // ms, 0 = open end
	VenueID       *schema.ID `json:"venue_id"`
	Place         *string    `json:"place"`
	HostUnitID    *schema.ID `json:"host_unit_id"`
	HeadsStated   *int64     `json:"heads_stated"`
	ElderHeads    *int64     `json:"elder_heads"`
	HoursX10      *int64     `json:"hours_x10"`
	Partners      *SetChange `json:"partners"`
	Officers      *SetChange `json:"officers"`
	FraudTypes    *SetChange `json:"fraud_types"`
	TopicTags     *SetChange `json:"topic_tags"`
	AudienceRoles *SetChange `json:"audience_roles"`
}

// SetChange is what was ticked and what was cleared.
type SetChange struct {
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// maxHeads is the most people an activity may state.
const maxHeads = 100_000

// Save writes the changes in one step.
func (a *Activities) Save(id schema.ID, c ActivityChanges) (ActivityDetail, error) {
	return a.change(id, func(tx *replica.Tx, row *replica.Row) error {
		values, err := c.values(tx, row)
		if err != nil {
			return err
		}
		if err := tx.Put("activity", id, values); err != nil {
			return err
		}
		return c.sets(a.s, tx, row)
	})
}

func (c *ActivityChanges) values(tx *replica.Tx, row *replica.Row) (schema.Values, error) {
	values := schema.Values{}
	for _, f := range []struct {
		column, label, labelEN string
		value                  *string
		limit                  int
	}{{"title", "名称", "the title", c.Title, 60}, {"place_text", "地点", "the place", c.Place, 60}} {
		if f.value == nil {
			continue
		}
		if err := model.Text(f.column, f.label, f.labelEN, *f.value, f.limit, false); err != nil {
			return nil, err
		}
		values[f.column] = text(*f.value)
	}
	for _, f := range []struct {
		column, label, labelEN string
		value                  *int64
		low, high              int64
	}{{"heads_stated", "人数", "The number of people", c.HeadsStated, 0, maxHeads}, {"elder_heads", "60岁以上人数", "The number of people over 60", c.ElderHeads, 0, maxHeads},
		{"hours_x10", "学时", "The hours", c.HoursX10, 0, maxHours}} {
		if f.value == nil {
			continue
		}
		if err := model.Range(f.column, f.label, f.labelEN, *f.value, f.low, f.high); err != nil {
			return nil, err
		}
		values[f.column] = *f.value
	}
	if c.VenueID != nil {
		if !c.VenueID.IsNil() {
			if venue, err := tx.Get("venue", *c.VenueID); err != nil {
				return nil, err
			} else if venue == nil {
				return nil, missing("这个场所还没有登记，请重新选择或直接写地点。", "This venue is not registered; choose again or write the place.")
			}
		}
		values["venue_id"] = *c.VenueID
	}
	if c.HostUnitID != nil {
		values["host_unit_id"] = *c.HostUnitID
	}
	return values, c.times(tx, row, values)
}

// times checks start and end together, since either may stand already.
func (c *ActivityChanges) times(tx *replica.Tx, row *replica.Row, values schema.Values) error {
	if c.StartAt == nil && c.EndAt == nil {
		return nil
	}
	start, end := row.Int("start_at"), row.Int("end_at")
	if c.StartAt != nil {
		start = *c.StartAt
		at := time.UnixMilli(start)
		if at.Year() < 2000 || at.After(tx.Now().Add(maxPlanned)) {
			return refuse("start_at", "开始时间不对，请检查日期。", "The start is wrong; please check the date.")
		}
		values["start_at"] = start
	}
	if c.EndAt != nil {
		end = *c.EndAt
		values["end_at"] = positive(end)
	}
	switch {
	case end == 0:
	case end < start:
		return refuse("end_at", "结束时间早于开始时间。", "The end is before the start.")
	case end-start > 24*time.Hour.Milliseconds():
		return refuse("end_at", "一场活动最长 24 小时，请检查结束时间。", "An activity lasts at most 24 hours; please check the end.")
	}
	return nil
}

func (c *ActivityChanges) sets(s *Session, tx *replica.Tx, row *replica.Row) error {
	if c.Partners != nil {
		if err := tx.Exclude("activity", row.ID, "partner_units", c.Partners.Remove...); err != nil {
			return err
		}
		if err := s.includeUnits(tx, row.ID, parseIDs(c.Partners.Add)); err != nil {
			return err
		}
	}
	if c.Officers != nil {
		if err := tx.Exclude("activity", row.ID, "officer_ids", c.Officers.Remove...); err != nil {
			return err
		}
		if err := s.includeOfficers(tx, row.ID, parseIDs(c.Officers.Add)); err != nil {
			return err
		}
	}
	for column, change := range map[string]*SetChange{"fraud_types": c.FraudTypes, "topic_tags": c.TopicTags, "audience_roles": c.AudienceRoles} {
		if change == nil {
			continue
		}
		if err := tx.Exclude("activity", row.ID, column, change.Remove...); err != nil {
			return err
		}
		if err := includeCodes(tx, row.ID, column, change.Add); err != nil {
			return err
		}
	}
	return nil
}

// setTables are the code tables of an activity's sets.
var setTables = map[string]string{"fraud_types": "fraud_type", "topic_tags": "topic_tag", "audience_roles": "role"}

func includeCodes(tx *replica.Tx, activity schema.ID, column string, codes []string) error {
	for _, code := range codes {
		if err := model.OneOf(column, "宣讲内容或对象", "a topic or role", setTables[column], code, true); err != nil {
			return err
		}
	}
	if len(codes) == 0 {
		return nil
	}
	return tx.Include("activity", activity, column, codes...)
}

func (s *Session) includeOfficers(tx *replica.Tx, activity schema.ID, officers []schema.ID) error {
	for _, id := range officers {
		row, err := tx.Get("officer", id)
		if err != nil {
			return err
		}
		if row == nil {
			return refuse("officer_ids", "参加人员里有一位还没有登记，请重新选择。", "One of the officers is not registered; choose again.")
		}
		if err := tx.Include("activity", activity, "officer_ids", id.String()); err != nil {
			return err
		}
	}
	return nil
}

// EditSummary changes the summary from what the officer saw to what was typed;
// what others put in meanwhile stays.
func (a *Activities) EditSummary(id schema.ID, saw, typed string) (ActivityDetail, error) {
	return a.change(id, func(tx *replica.Tx, _ *replica.Row) error {
		if err := model.Text("summary", "活动小结", "the summary", typed, 4000, false); err != nil {
			return err
		}
		return tx.Edit("activity", id, "summary", saw, typed)
	})
}

// SetRoleHeads states how many people of a role came.
func (a *Activities) SetRoleHeads(id schema.ID, role string, heads int64) (ActivityDetail, error) {
	return a.change(id, func(tx *replica.Tx, _ *replica.Row) error {
		if err := model.OneOf("role", "岗位", "a role", "role", role, true); err != nil {
			return err
		}
		if err := model.Range("heads", "人数", "The number of people", heads, 0, maxHeads); err != nil {
			return err
		}
		r, err := a.s.open()
		if err != nil {
			return err
		}
		child := model.RoleHeadID(r.Realm(), id, role)
		values := schema.Values{"heads": heads}
		if have, err := tx.Get("role_head", child); err != nil {
			return err
		} else if have == nil {
			values["activity_id"], values["role"] = id, role
			a.s.created(tx, values)
		}
		if err := tx.Put("role_head", child, values); err != nil || heads == 0 {
			return err
		}
		return tx.Include("activity", id, "audience_roles", role)
	})
}

// SetState moves an activity between planned, open, done and cancelled. A training
// is done only with hours and roles.
func (a *Activities) SetState(id schema.ID, state string) (ActivityDetail, error) {
	if state == "done" {
		d, err := a.Get(id)
		if err != nil {
			return d, err
		}
		for _, demanded := range []struct{ name, zh, en string }{
			{"hours", "培训要填学时（0.5 到 16 小时）才能结束。", "A training is done only with its hours (0.5 to 16)."},
			{"roles", "培训要选对象岗位才能结束。", "A training is done only with the roles it was for."},
		} {
			if slices.Contains(d.Missing, demanded.name) {
				return d, refuse(demanded.name, demanded.zh, demanded.en)
			}
		}
	}
	return a.change(id, func(tx *replica.Tx, row *replica.Row) error {
		if err := model.OneOf("state", "状态", "a state", "activity_state", state, true); err != nil {
			return err
		}
		return tx.Put("activity", id, stateValues(tx, row, state))
	})
}

// stateValues is what changing an activity's state writes.
func stateValues(tx *replica.Tx, row *replica.Row, state string) schema.Values {
	values := schema.Values{"state": state}
	switch {
	case state == "done" && row.Int("end_at") == 0:
		// Closed days later, it did not last until then.
		values["end_at"] = min(max(tx.Now().UnixMilli(), row.Int("start_at")), row.Int("start_at")+24*time.Hour.Milliseconds())
	case state == "open":
		values["end_at"] = nil
		if begun, moved := begins(row, tx.Now()); moved && row.Text("state") == "planned" {
			values["start_at"] = begun
		}
	}
	return values
}

// Void takes an activity, and what was given out and who came there, out of the figures, or
// brings them back; nothing is deleted. Its consultations are records of their own and
// count on, until they are voided themselves.
func (a *Activities) Void(id schema.ID, on bool, reason string) (ActivityDetail, error) {
	return a.change(id, func(tx *replica.Tx, _ *replica.Row) error { return a.s.setVoid(tx, "activity", id, on, reason) })
}

func (a *Activities) change(id schema.ID, fn func(*replica.Tx, *replica.Row) error) (ActivityDetail, error) {
	err := a.s.update(func(tx *replica.Tx) error {
		row, err := activityOf(tx, id)
		if err != nil {
			return err
		}
		keep := a.s.remember(tx, "activity", row)
		if err := fn(tx, row); err != nil {
			return err
		}
		return keep()
	})
	if err != nil {
		return ActivityDetail{}, err
	}
	return a.Get(id)
}
