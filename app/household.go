package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Households records a round from door to door. Of a door it keeps what came of
// the visit and how many people were told, never who lives there.
type Households struct{ s *Session }

// NewHouseholds makes the service.
func NewHouseholds(s *Session) *Households { return &Households{s} }

// DoorForm is one door.
type DoorForm struct {
	Door   string `json:"door"`   // "1 2 301", building, unit and room; "" gives this laptop's next number
	Result string `json:"result"` // talked, left_leaflet, absent, refused
	Talked int64  `json:"talked"` // people
	Elder  int64  `json:"elder"`  // of them 60 and over
}

// Door is one door as it was recorded.
type Door struct {
	DoorForm
	ID     schema.ID `json:"id"`
	At     int64     `json:"at"`     // ms of the last change
	Device string    `json:"device"` // label of the laptop that first recorded it
}

// Round is everything the screen of a household round shows.
type Round struct {
	Doors   []Door           `json:"doors"` // newest first
	Visited int64            `json:"visited"`
	Results map[string]int64 `json:"results"` // doors by result
	Talked  int64            `json:"talked"`
	Elder   int64            `json:"elder"`
	CanUndo bool             `json:"can_undo"`
	Undone  string           `json:"undone"` // the door that was just taken back
}

// Get reads a round.
func (h *Households) Get(activity schema.ID) (Round, error) {
	out := Round{Doors: []Door{}, Results: map[string]int64{}}
	r, err := h.s.open()
	if err != nil {
		return out, err
	}
	ctx := context.Background()
	d := h.s.directory(r)
	if err := r.Each(ctx, "household", "WHERE activity_id = ?", []any{activity}, func(row *replica.Row) error {
		if !live(row) {
			return nil
		}
		device, err := d.name("device", row.Ref("device_id"))
		if err != nil {
			return err
		}
		door := Door{ID: row.ID, At: millis(row.UpdatedAt()), Device: device.Name, DoorForm: DoorForm{Door: row.Text("door_key"), Result: row.Text("result"), Talked: row.Int("talked"), Elder: row.Int("elder_talked")}}
		out.Doors = append(out.Doors, door)
		out.Results[door.Result]++
		if door.Result == "talked" || door.Result == "left_leaflet" {
			out.Visited++
		}
		out.Talked, out.Elder = out.Talked+door.Talked, out.Elder+door.Elder
		return nil
	}); err != nil {
		return out, err
	}
	slices.SortFunc(out.Doors, func(a, b Door) int {
		return cmp.Or(cmp.Compare(b.At, a.At), strings.Compare(a.Door, b.Door))
	})
	raw, err := r.GetLocal(ctx, doorsKey(activity))
	out.CanUndo = len(readDoors(raw)) > 0
	return out, err
}

var separators = regexp.MustCompile(`[\s,，、.·\-—－_/栋幢号楼单元室房]+`)

// doorKey brings "1栋 2单元 301室", "1 2 301" and "1-2-301" into one form.
func doorKey(typed string) string {
	return strings.Trim(separators.ReplaceAllString(strings.ToLower(model.Norm(strings.Join(strings.Fields(typed), "-"))), "-"), "-")
}

// doorBefore is what a record of a door replaced, for undoing it.
type doorBefore struct {
	ID     schema.ID `json:"id"`
	Door   string    `json:"door"`
	Before *DoorForm `json:"before"` // nil: it was not there
}

// Record writes a door, or corrects the one of the same number.
func (h *Households) Record(activity schema.ID, f DoorForm) (Round, error) {
	err := h.s.update(func(tx *replica.Tx) error {
		event, err := activityOf(tx, activity)
		if err != nil {
			return err
		}
		if event.Text("kind") != "household" {
			return refuse("door", "这场活动不是入户宣传。", "This activity is not a household round.")
		}
		raw, err := tx.GetLocal(doorsKey(activity))
		if err != nil {
			return err
		}
		key := doorKey(f.Door)
		if key == "" {
			if key, err = h.nextDoor(tx, activity); err != nil {
				return err
			}
		}
		for _, err := range []error{
			model.Text("door", "门牌", "the door", key, 20, true),
			model.OneOf("result", "结果", "a result", "household_result", f.Result, true),
			model.Range("talked", "受教育人数", "The number of people", f.Talked, 0, 20),
			model.Range("elder", "老年人数", "The number of older people", f.Elder, 0, 20),
		} {
			if err != nil {
				return err
			}
		}
		if f.Elder > f.Talked {
			return refuse("elder", "老年人数不能多于面谈人数。", "There cannot be more older people than people talked to.")
		}
		if f.Talked > 0 && f.Result != "talked" {
			return refuse("talked", "没有见面就没有面谈人数，请改结果或人数。", "Without a talk nobody was talked to; change the result or the number.")
		}
		r, err := h.s.open()
		if err != nil {
			return err
		}
		id := model.HouseholdID(r.Realm(), activity, key)
		before := doorBefore{ID: id, Door: key}
		values := schema.Values{"result": f.Result, "talked": f.Talked, "elder_talked": f.Elder}
		if row, err := tx.Get("household", id); err != nil {
			return err
		} else if row == nil {
			values["activity_id"], values["door_key"] = activity, key
			h.s.created(tx, values)
		} else if !live(row) {
			values["voided"] = nil
		} else {
			before.Before = &DoorForm{Door: row.Text("door_key"), Result: row.Text("result"), Talked: row.Int("talked"), Elder: row.Int("elder_talked")}
		}
		if err := tx.Put("household", id, values); err != nil {
			return err
		}
		return writeDoors(tx, activity, append(readDoors(raw), before))
	})
	if err != nil {
		return Round{}, err
	}
	return h.Get(activity)
}

// nextDoor numbers a door without a plate by this laptop's label, which no other has
// (see unlike in internal/county), after the highest of its numbers.
func (h *Households) nextDoor(tx *replica.Tx, activity schema.ID) (string, error) {
	device, err := tx.Get("device", tx.Replica())
	if err != nil {
		return "", err
	}
	prefix := tx.Replica().String()[:4]
	if device != nil && device.Text("label") != "" {
		prefix = model.Norm(device.Text("label"))
	}
	rows, err := tx.Select("household", "WHERE activity_id = ?", activity)
	if err != nil {
		return "", err
	}
	last := 0
	for _, row := range rows {
		if after, ours := strings.CutPrefix(row.Text("door_key"), prefix+"-"); ours {
			if n, err := strconv.Atoi(after); err == nil {
				last = max(last, n)
			}
		}
	}
	return fmt.Sprintf("%s-%d", prefix, last+1), nil
}

// Undo takes back what this laptop last recorded in the round.
func (h *Households) Undo(activity schema.ID) (Round, error) {
	var undone string
	err := h.s.update(func(tx *replica.Tx) error {
		raw, err := tx.GetLocal(doorsKey(activity))
		if err != nil {
			return err
		}
		all := readDoors(raw)
		if len(all) == 0 {
			return nil
		}
		last := all[len(all)-1]
		undone = last.Door
		if last.Before == nil {
			err = h.s.setVoid(tx, "household", last.ID, true, "V1")
		} else {
			err = tx.Put("household", last.ID, schema.Values{"result": last.Before.Result, "talked": last.Before.Talked, "elder_talked": last.Before.Elder})
		}
		if err != nil {
			return err
		}
		return writeDoors(tx, activity, all[:len(all)-1])
	})
	if err != nil {
		return Round{}, err
	}
	out, err := h.Get(activity)
	out.Undone = undone
	return out, err
}

func doorsKey(activity schema.ID) string { return "doors/" + activity.String() }

// readDoors reads what can be undone, oldest first; a damaged list is an empty one.
func readDoors(raw []byte) []doorBefore {
	var out []doorBefore
	if raw != nil && json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

func writeDoors(tx *replica.Tx, activity schema.ID, all []doorBefore) error {
	raw, err := json.Marshal(all[max(0, len(all)-undoDepth):])
	if err != nil {
		return err
	}
	return tx.PutLocal(doorsKey(activity), raw)
}

// dayStart is the first moment of a time's local day.
func dayStart(t time.Time) time.Time {
	t = t.In(model.Location)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, model.Location)
}
