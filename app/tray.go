package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// Tray lists what was held back, one by one: what the county did not take, what
// this kit did not merge, and records that do not fit together after merging.
// Nothing in it is lost.
type Tray struct{ a *App }

// TrayItem is one of them.
type TrayItem struct {
	Kind     string    `json:"kind"` // refused: by the county; withheld: it has it and did not merge it; held: by this kit; damaged: on the disk; rule: it does not fit together
	Ref      string    `json:"ref"`  // names it for the calls below
	Table    string    `json:"table"`
	ID       schema.ID `json:"id"`
	Title    string    `json:"title"`
	Column   string    `json:"column"` // the field that it is about, "" for all
	Device   string    `json:"device"`
	At       int64     `json:"at"` // ms
	Reason   string    `json:"reason"`
	ReasonEN string    `json:"reason_en"`
	Detail   string    `json:"detail"`  // for the office, without personal data
	Release  bool      `json:"release"` // it can be merged after all
	// Open is the record whose screen corrects it: itself or what it hangs on; "" when none does.
	OpenTable string    `json:"open_table"`
	OpenID    schema.ID `json:"open_id"`
	OpenKind  string    `json:"open_kind"` // of an activity
}

// refusal is a changeset that the county did not take, as it is remembered; without
// a number it is everything, from this computer.
type refusal struct {
	Replica     schema.ID `json:"replica"`
	Incarnation uint32    `json:"incarnation"`
	Audience    string    `json:"audience"`
	Number      uint64    `json:"number"`
	Reason      string    `json:"reason"`
	At          int64     `json:"at"` // ms
}

const refusedKey = "sync/refused"

// withheld is what the county has of this computer and did not merge, as it said last.
type withheld struct {
	Incarnation uint32    `json:"incarnation"`
	Audience    string    `json:"audience"`
	Number      uint64    `json:"number"`
	Table       string    `json:"table"` // "" for a whole changeset
	ID          schema.ID `json:"id"`
	Column      string    `json:"column"` // "" for a whole row
	Reason      string    `json:"reason"`
	At          int64     `json:"at"` // ms
}

const withheldKey = "sync/withheld"

// keepWithheld remembers what the county said with the last exchange.
func keepWithheld(r *replica.Replica, list []replica.Held) error {
	var kept []withheld
	for _, h := range list {
		kept = append(kept, withheld{h.Stream.Origin.Incarnation, h.Stream.Audience, h.Number, h.Table, h.ID, h.Column, h.Reason, h.At.UnixMilli()})
	}
	return keepList(r, withheldKey, kept)
}

// keepRefusals remembers what the last exchange that the county answered said was
// refused: some changesets, or this computer with all that it has.
func keepRefusals(r *replica.Replica, list []transport.Refusal, all *transport.RefusedError, at int64) error {
	kept := make([]refusal, 0, len(list))
	for _, x := range list {
		kept = append(kept, refusal{x.Stream.Origin.Replica, x.Stream.Origin.Incarnation, x.Stream.Audience, x.Number, x.Reason, at})
	}
	if all != nil {
		kept = []refusal{{Replica: r.ID(), Reason: all.Reason, At: at}}
	}
	return keepList(r, refusedKey, kept)
}

// keepList writes a list down, or that there is none, when that is news.
func keepList[T any](r *replica.Replica, key string, list []T) error {
	var raw []byte
	if len(list) > 0 {
		var err error
		if raw, err = json.Marshal(list); err != nil {
			return err
		}
	}
	if old, err := r.GetLocal(context.Background(), key); err != nil || bytes.Equal(old, raw) {
		return err
	}
	return r.PutLocal(context.Background(), key, raw)
}

// keptList reads it; a damaged one reads as empty: the next exchange writes it anew.
func keptList[T any](r *replica.Replica, key string) (list []T, err error) {
	raw, err := r.GetLocal(context.Background(), key)
	if err != nil {
		return nil, err
	}
	_ = json.Unmarshal(raw, &list)
	return list, nil
}

// List lists them, those the county refused first.
func (t *Tray) List() ([]TrayItem, error) {
	out := []TrayItem{}
	m, r := t.a.current()
	if m == nil {
		return out, errNotEnrolled
	}
	d := t.a.session.directory(r)
	for _, part := range []func(*replica.Replica, *directory) ([]TrayItem, error){t.refused, t.withheld, t.held, t.damaged, t.rules} {
		items, err := part(r, d)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

// Count is how many there are, for the rail.
func (t *Tray) Count() (int, error) {
	list, err := t.List()
	return len(list), err
}

func (t *Tray) refused(r *replica.Replica, d *directory) ([]TrayItem, error) {
	list, err := keptList[refusal](r, refusedKey)
	if err != nil {
		return nil, err
	}
	var out []TrayItem
	for _, x := range list {
		var rows []replica.Pending
		if x.Number == 0 {
			rows, err = r.Waiting(context.Background(), trayRows)
		} else {
			rows, err = r.Written(context.Background(), changeset.Stream{Origin: changeset.Origin{Replica: x.Replica, Incarnation: x.Incarnation}, Audience: x.Audience}, x.Number)
		}
		if err != nil {
			return nil, err
		}
		device, err := d.name("device", x.Replica)
		if err != nil {
			return nil, err
		}
		zh, en := heldReason(x.Reason)
		detail := fmt.Sprintf("#%d %s", x.Number, x.Reason)
		if x.Number == 0 {
			zh, en = deviceReason(x.Reason)
			detail = "" // all of it is in the sentence
		}
		item := TrayItem{Kind: "refused", Device: device.Name, At: x.At, Reason: "县里没有收下：" + zh, ReasonEN: "The county did not take it: " + en, Detail: detail}
		shown := map[string]bool{}
		for _, p := range rows {
			row := item
			row.Table, row.ID = p.Table, p.ID
			if err := t.place(r, &row); err != nil {
				return nil, err
			}
			if x.Number == 0 { // all that waits: by the records that people know
				if row.OpenTable == "" {
					continue
				}
				row.Table, row.ID = row.OpenTable, row.OpenID
			}
			row.Ref = fmt.Sprintf("refused/%s/%d/%s", row.Table, x.Number, row.ID)
			if shown[row.Ref] {
				continue
			}
			shown[row.Ref] = true
			if err := t.title(r, d, &row); err != nil {
				return nil, err
			}
			out = append(out, row)
		}
		if len(rows) == 0 && x.Replica != r.ID() {
			item.Ref = fmt.Sprintf("refused//%d/%s", x.Number, x.Replica)
			out = append(out, item)
		}
	}
	return out, nil
}

// withheld are the records that the county has and did not merge, each once for each
// reason.
func (t *Tray) withheld(r *replica.Replica, d *directory) ([]TrayItem, error) {
	list, err := keptList[withheld](r, withheldKey)
	if err != nil {
		return nil, err
	}
	device, err := d.name("device", r.ID())
	if err != nil {
		return nil, err
	}
	var out []TrayItem
	shown := map[string]bool{}
	for _, x := range list {
		rows := []replica.Pending{{Table: x.Table, ID: x.ID}}
		if x.Table == "" {
			stream := changeset.Stream{Origin: changeset.Origin{Replica: r.ID(), Incarnation: x.Incarnation}, Audience: x.Audience}
			if rows, err = r.Written(context.Background(), stream, x.Number); err != nil {
				return nil, err
			}
		}
		zh, en := withheldReason(x.Reason)
		for _, p := range rows {
			item := TrayItem{Kind: "withheld", Table: p.Table, ID: p.ID, Column: x.Column, Device: device.Name, At: x.At,
				Reason: "县里收到了，还没有并入：" + zh, ReasonEN: "The county has it and has not merged it: " + en, Detail: fmt.Sprintf("#%d %s", x.Number, x.Reason)}
			if err := t.place(r, &item); err != nil {
				return nil, err
			}
			if item.OpenTable != "" { // the record that people know
				item.Table, item.ID = item.OpenTable, item.OpenID
			} else if x.Table == "" {
				continue
			}
			item.Ref = fmt.Sprintf("withheld/%s/%s/%d/%s", item.Table, item.Column, x.Number, item.ID)
			once := item.ID.String() + item.Column + zh
			if shown[once] {
				continue
			}
			shown[once] = true
			if err := t.title(r, d, &item); err != nil {
				return nil, err
			}
			out = append(out, item)
		}
	}
	return out, nil
}

// trayRows is how many rows are looked through when the county takes none.
const trayRows = 1000

// trayScreens are the tables whose records have a screen that corrects them.
var trayScreens = []string{"consultation", "activity", "venue", "indicator", "case_digest", "slogan", "post", "outcome", "plan_item", "stock_move", "daily_tally"}

// place finds the record whose screen corrects an item.
func (t *Tray) place(r *replica.Replica, item *TrayItem) error {
	if item.ID.IsNil() {
		return nil
	}
	table, id := item.Table, item.ID
	for range 3 { // an issue hangs on a placement, that on a venue
		row, err := r.Get(context.Background(), table, id)
		if err != nil || row == nil {
			return err
		}
		if slices.Contains(trayScreens, table) {
			item.OpenTable, item.OpenID = table, id
			if table == "activity" {
				item.OpenKind = row.Text("kind")
			}
			return nil
		}
		at := slices.IndexFunc(trayParents, func(p trayParent) bool {
			return model.Schema.Table(table) != nil && model.Schema.Table(table).Column(p.column) != nil && !row.Ref(p.column).IsNil()
		})
		if at < 0 {
			return nil
		}
		table, id = trayParents[at].table, row.Ref(trayParents[at].column)
	}
	return nil
}

type trayParent struct{ column, table string }

// trayParents are the columns by which a row hangs on another, the nearest first.
var trayParents = []trayParent{{"consultation_id", "consultation"}, {"placement_id", "placement"}, {"activity_id", "activity"}, {"venue_id", "venue"}, {"plan_id", "plan"}}

func (t *Tray) title(r *replica.Replica, d *directory, item *TrayItem) error {
	if item.ID.IsNil() || item.Table == "" {
		return nil
	}
	if err := t.place(r, item); err != nil {
		return err
	}
	row, err := r.Get(context.Background(), item.Table, item.ID)
	if err != nil || row == nil {
		return err
	}
	hit, err := hitOf(d, item.Table, row)
	if strings.Contains(hit.Title, hit.Sub) { // an activity without a title is called by its kind
		hit.Sub = ""
	}
	item.Title = strings.Trim(hit.Title+" · "+hit.Sub, " ·")
	return err
}

func (t *Tray) held(r *replica.Replica, d *directory) ([]TrayItem, error) {
	list, err := r.HeldBack(context.Background())
	if err != nil {
		return nil, err
	}
	var out []TrayItem
	for _, h := range list {
		device, err := d.name("device", h.Stream.Origin.Replica)
		if err != nil {
			return nil, err
		}
		zh, en := heldReason(h.Reason)
		item := TrayItem{Kind: "held", Ref: fmt.Sprintf("held/%d", h.N), Table: h.Table, ID: h.ID, Device: device.Name, At: millis(h.At), Reason: "收到了，没有并入：" + zh, ReasonEN: "It arrived and was not merged: " + en,
			Detail: fmt.Sprintf("#%d %s", h.Number, h.Reason), Release: h.Table == ""}
		if err := t.title(r, d, &item); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

// damaged are the records that the disk changed.
func (t *Tray) damaged(r *replica.Replica, d *directory) ([]TrayItem, error) {
	last, err := lastCheck(context.Background(), r)
	if err != nil {
		return nil, err
	}
	var out []TrayItem
	for _, x := range last.Rows {
		if model.Schema.Table(x.Table) == nil || x.ID.IsNil() {
			continue // the engine's own: the sync screen tells
		}
		device, err := d.name("device", r.ID())
		if err != nil {
			return nil, err
		}
		item := TrayItem{Kind: "damaged", Ref: "damaged/" + x.Table + "/" + x.ID.String(), Table: x.Table, ID: x.ID, Device: device.Name, At: last.At,
			Reason: "这条记录在磁盘上变了样，显示的可能不对。请对照纸质记录看一看，再告诉县办公室。", ReasonEN: "This record changed on the disk; what is shown may be wrong. Compare it with your papers and tell the county office."}
		if err := t.title(r, d, &item); err != nil {
			item.Title = "" // it may not open any more
		}
		out = append(out, item)
	}
	return out, nil
}

// heldReasons put what the engine says into a sentence for the officer.
var heldReasons = []struct{ part, zh, en string }{
	{"遗失", "县办公室把这台电脑标成了遗失。请县办公室恢复它，或给一个新登记码在同步页重新登记。", "the office has marked this computer as lost. Ask the office to restore it, or for a new code to enrol again on the sync screen."},
	{"停用", "县办公室停用了这台电脑。要再用，请县办公室恢复它，或给一个新登记码在同步页重新登记。", "the office has retired this computer. To use it again, ask the office to restore it, or for a new code to enrol again on the sync screen."},
	{"unknown device", "这台电脑在县里没有登记。请向县办公室要一个新登记码，在同步页重新登记。", "this computer is not enrolled at the county. Ask the office for a new code and enrol again on the sync screen."},
	{"key has changed", "这台电脑的密钥和登记的不一样。请联系县办公室。", "this computer's key is not the one enrolled. Call the office."},
	{"clock that is ahead", "写它的电脑时钟快了，请先校准那台电脑。", "the clock of the computer that wrote it is ahead; set that clock right first."},
	{"forked", "同一个编号有两份不同的内容，可能有人用备份恢复过电脑。请告诉县办公室。", "there are two contents under one number; a computer may have been restored from a backup. Tell the office."},
	{"held with other content", "同一个编号有两份不同的内容，可能有人用备份恢复过电脑。请告诉县办公室。", "there are two contents under one number; a computer may have been restored from a backup. Tell the office."},
	{"not certified", "写它的电脑还没有在县里登记。", "the computer that wrote it is not enrolled at the county."},
	{"signature", "签名不对，内容可能被改动过。", "its signature does not fit; it may have been tampered with."},
	{"hash", "内容在路上损坏了，会自动再传。", "it was damaged on the way and will be sent again."},
	{"exceeds a limit", "内容太大了。请把长文字分成几段再存。", "it is too large; split long texts and save again."},
	{"unknown format", "它是更新的版本写的，请先升级这台电脑的程序。", "a newer version wrote it; update the program on this computer first."},
	{"unknown algorithm", "它是更新的版本写的，请先升级这台电脑的程序。", "a newer version wrote it; update the program on this computer first."},
	{"was not taken here", "它修改的那条记录这里没有收下。先处理那一条。", "it changes a record that was not taken here; see to that one first."},
	{"lost", "那台电脑已经报失，要县办公室核过才能并入。", "that computer was reported lost; the office must look first."},
	{"revoked", "那台电脑已经停用，要县办公室核过才能并入。", "that computer was revoked; the office must look first."},
	{"is said to be written by", "它冒用了别的电脑的名义。请告诉县办公室。", "it claims another computer's authorship. Tell the office."},
	{"malformed", "内容损坏，看不懂。请告诉县办公室。", "it is damaged and not understood. Tell the office."},
}

// withheldReason is why the county did not merge what this computer wrote.
func withheldReason(reason string) (zh, en string) {
	switch lower := strings.ToLower(reason); {
	case strings.HasPrefix(reason, replica.ReasonAhead):
		return "记的时候这台电脑的时钟快了一天以上，要县办公室看过再放行。", "this computer's clock was more than a day ahead when it was written; the office must look first."
	case strings.Contains(lower, "lost") || strings.Contains(lower, "revoked"):
		return "记的时候这台电脑标着遗失或停用，要县办公室核过再放行。", "this computer was marked as lost or retired when it was written; the office must look first."
	}
	return heldReason(reason)
}

func heldReason(reason string) (zh, en string) {
	if zh, en = knownReason(reason); zh != "" {
		return zh, en
	}
	return "里面有一栏内容不合规则。打开改一下再存，就会重新上报。", "one of its fields breaks a rule. Open it, correct it and save; it is sent again."
}

func knownReason(reason string) (zh, en string) {
	for _, h := range heldReasons {
		if strings.Contains(strings.ToLower(reason), h.part) {
			return h.zh, h.en
		}
	}
	return "", ""
}

// deviceReason is why the county takes nothing from this computer.
func deviceReason(reason string) (zh, en string) {
	if zh, en = knownReason(reason); zh != "" {
		return zh, en
	}
	return "县里暂不接收这台电脑（" + reason + "）。请联系县办公室。", "it does not accept this computer now (" + reason + "). Call the office."
}

// Resend offers everything to the county again, at once.
func (t *Tray) Resend() (SyncStatus, error) { return t.a.sync.Now() }

// ReleaseHeld merges a changeset that was held back, after somebody has looked.
func (t *Tray) ReleaseHeld(ref string) ([]TrayItem, error) {
	m, r := t.a.current()
	if m == nil {
		return nil, errNotEnrolled
	}
	var n int64
	if _, err := fmt.Sscanf(ref, "held/%d", &n); err != nil {
		return nil, missing("这一条不能直接并入，请打开修改。", "This one cannot be merged as it is; open and correct it.")
	}
	switch err := r.Release(context.Background(), n); {
	case errors.Is(err, replica.ErrNotHeld):
		return nil, &rpc.UserError{Code: "not_held", Message: "这一份现在还并不进来，原样保存着。请告诉县办公室。", MessageEN: "It still cannot be merged and is kept as it is. Tell the office."}
	case err != nil:
		return nil, &rpc.UserError{Code: "not_held", Message: "并入没有成功，原样保存着，别的都在。请告诉县办公室。", MessageEN: "Merging did not succeed; it is kept as it is. Tell the office."}
	}
	return t.List()
}

// Export is one of them as a text file for the office: what it is, why it is held back and
// its fields, personal ones masked.
func (t *Tray) Export(ref string) (ExportFile, error) {
	list, err := t.List()
	if err != nil {
		return ExportFile{}, err
	}
	at := slices.IndexFunc(list, func(i TrayItem) bool { return i.Ref == ref })
	if at < 0 {
		return ExportFile{}, missing("这一条已经处理了。", "This one is settled already.")
	}
	item := list[at]
	_, r := t.a.current()
	var b strings.Builder
	b.WriteString("\ufeff")
	fmt.Fprintf(&b, "待处理记录\r\n%s\r\n%s\r\n%s %s\r\n%s\r\n", item.Reason, item.ReasonEN, item.Device, minute(item.At), item.Detail)
	if item.Table != "" && !item.ID.IsNil() {
		fmt.Fprintf(&b, "%s %s\r\n%s\r\n", item.Table, item.ID, item.Title)
		versions, err := r.Versions(context.Background(), item.Table, item.ID)
		if err != nil {
			return ExportFile{}, err
		}
		d := t.a.session.directory(r)
		for _, v := range versions {
			if hidden(v.Column) || v.Removed {
				continue
			}
			text, err := display(d, item.Table, v.Column, v.Value)
			if err != nil {
				return ExportFile{}, err
			}
			if personal(item.Table, v.Column) {
				text = masked(text)
			}
			fmt.Fprintf(&b, "%s\t%s\r\n", v.Column, strings.Join(strings.Fields(text), " "))
		}
	}
	e := &Exports{s: t.a.session}
	if err := e.log("text", ExportRequest{List: "tray"}, 1); err != nil {
		return ExportFile{}, err
	}
	return ExportFile{Name: "待处理-" + minute(item.At)[:10] + ".txt", Type: "text/plain", Data: []byte(b.String()), Rows: 1}, nil
}
