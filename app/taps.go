package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// undoDepth is how many taps can be undone; recentKept how many are listed.
const (
	undoDepth  = 50
	recentKept = 60
)

// Tap adds to a material's count at an activity: one leaflet, ten, or a bulk of at
// most 20,000 either way.
func (b *Booth) Tap(activity, material schema.ID, delta int64) (BoothState, error) {
	return b.tap(activity, material.String(), delta, "", b.handOut(activity, material, delta, ""))
}

// Correct enters a correction of what another laptop counted: it stands in this
// laptop's part, with the reason in the count's note.
func (b *Booth) Correct(activity, material schema.ID, delta int64, reason string) (BoothState, error) {
	reason = strings.TrimSpace(reason)
	if err := model.Text("reason", "更正原因", "the reason", reason, 60, true); err != nil {
		return BoothState{}, b.s.explain(err)
	}
	return b.tap(activity, material.String(), delta, reason, b.handOut(activity, material, delta, reason))
}

// handOut adds to the count of a material and gives the material's name.
func (b *Booth) handOut(activity, material schema.ID, delta int64, reason string) func(*replica.Tx) (string, error) {
	return func(tx *replica.Tx) (string, error) {
		m, err := tx.Get("material", material)
		if err != nil {
			return "", err
		}
		if m == nil {
			return "", missing("找不到这种宣传品。", "This material cannot be found.")
		}
		r, err := b.s.open()
		if err != nil {
			return "", err
		}
		id := model.HandoutID(r.Realm(), activity, material)
		row, err := tx.Get("handout", id)
		if err != nil {
			return "", err
		}
		if row == nil {
			if err := tx.Put("handout", id, b.s.created(tx, schema.Values{"activity_id": activity, "material_id": material})); err != nil {
				return "", err
			}
		}
		if reason != "" {
			saw := ""
			if row != nil {
				saw = row.Text("note")
			}
			line := fmt.Sprintf("%s %+d %s", tx.Now().In(model.Location).Format("01-02 15:04"), delta, reason)
			if err := tx.Edit("handout", id, "note", saw, strings.TrimSpace(saw+"\n"+line)); err != nil {
				return "", err
			}
		}
		return m.Text("name"), tx.Add("handout", id, "qty", delta)
	}
}

// Quick adds to consult_quick, app_installs or heads_counted.
func (b *Booth) Quick(activity schema.ID, field string, delta int64) (BoothState, error) {
	names := map[string]string{"consult_quick": "口头咨询", "app_installs": "指导装APP", "heads_counted": "点数"}
	name, ok := names[field]
	if !ok {
		return BoothState{}, refuse("field", "没有这个计数。", "There is no such counter.")
	}
	return b.tap(activity, field, delta, "", func(tx *replica.Tx) (string, error) {
		return name, tx.Add("activity", activity, field, delta)
	})
}

func (b *Booth) tap(activity schema.ID, target string, delta int64, reason string, add func(*replica.Tx) (string, error)) (BoothState, error) {
	err := b.s.update(func(tx *replica.Tx) error {
		if delta == 0 || delta > model.MaxBulk || delta < -model.MaxBulk {
			return refuse("qty", fmt.Sprintf("一次最多记 %d。", model.MaxBulk), fmt.Sprintf("At most %d at a time.", model.MaxBulk))
		}
		if _, err := activityOf(tx, activity); err != nil {
			return err
		}
		name, err := add(tx)
		if err != nil {
			return err
		}
		raw, err := tx.GetLocal(tapsKey(activity))
		if err != nil {
			return err
		}
		taps := append(readTaps(raw), Tap{Target: target, Name: name, Delta: delta, At: tx.Now().UnixMilli(), Reason: reason})
		return keepTaps(tx, tapsKey(activity), taps)
	})
	if err != nil {
		return BoothState{}, err
	}
	return b.Get(activity)
}

// Undo takes back this laptop's last tap at the activity. Only what was tapped
// here can be undone here.
func (b *Booth) Undo(activity schema.ID) (Undone, error) {
	var undone *Tap
	err := b.s.update(func(tx *replica.Tx) error {
		raw, err := tx.GetLocal(tapsKey(activity))
		if err != nil {
			return err
		}
		taps := readTaps(raw)
		newest := slices.Clone(taps)
		slices.Reverse(newest)
		at := undoable(newest)
		if at < 0 {
			return nil
		}
		t := &taps[len(taps)-1-at]
		t.Undone = true
		undone = t
		if material, err := schema.ParseID(t.Target); err == nil {
			r, err := b.s.open()
			if err != nil {
				return err
			}
			if err := tx.Add("handout", model.HandoutID(r.Realm(), activity, material), "qty", -t.Delta); err != nil {
				return err
			}
		} else if err := tx.Add("activity", activity, t.Target, -t.Delta); err != nil {
			return err
		}
		return keepTaps(tx, tapsKey(activity), taps)
	})
	if err != nil {
		return Undone{}, err
	}
	st, err := b.Get(activity)
	return Undone{Tap: undone, State: st}, err
}

func tapsKey(activity schema.ID) string { return "taps/" + activity.String() }

// tapList is how the taps are kept: every tap writes the list anew, so it is small enough
// for one page of the database.
type tapList struct {
	Targets [][2]string `json:"t"` // id, name
	Taps    []keptTap   `json:"l"`
}

type keptTap struct {
	Target int    `json:"t"` // of the targets
	Delta  int64  `json:"d"`
	At     int64  `json:"a"` // ms
	Undone bool   `json:"u,omitempty"`
	Reason string `json:"r,omitempty"`
}

// readTaps reads the list of taps, oldest first; a damaged list is an empty one,
// since the counts themselves are in the rows.
func readTaps(raw []byte) []Tap {
	taps := []Tap{}
	var list tapList
	if json.Unmarshal(raw, &list) != nil {
		if json.Unmarshal(raw, &taps) != nil { // not of an earlier version either
			return []Tap{}
		}
		return taps
	}
	for _, k := range list.Taps {
		if k.Target < 0 || k.Target >= len(list.Targets) {
			return []Tap{}
		}
		target := list.Targets[k.Target]
		taps = append(taps, Tap{Target: target[0], Name: target[1], Delta: k.Delta, At: k.At, Undone: k.Undone, Reason: k.Reason})
	}
	return taps
}

// keepTaps keeps the newest of a list.
func keepTaps(tx *replica.Tx, key string, taps []Tap) error {
	list := tapList{Targets: [][2]string{}, Taps: []keptTap{}}
	for _, t := range taps[max(0, len(taps)-recentKept):] {
		target := [2]string{t.Target, t.Name}
		at := slices.Index(list.Targets, target)
		if at < 0 {
			at, list.Targets = len(list.Targets), append(list.Targets, target)
		}
		list.Taps = append(list.Taps, keptTap{at, t.Delta, t.At, t.Undone, t.Reason})
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return tx.PutLocal(key, raw)
}

// undoable is the newest tap that is not undone yet, -1 for none; newest first.
func undoable(newest []Tap) int {
	for i, t := range newest {
		if i >= undoDepth {
			break
		}
		if !t.Undone {
			return i
		}
	}
	return -1
}
