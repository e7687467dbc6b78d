package county

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// PairSide is one of two entries that may be the same thing.
type PairSide struct {
	Row     RegistryRow `json:"row"`
	Counts  []Count     `json:"counts"` // what hangs on it
	Created int64       `json:"created"`
	Device  string      `json:"device"`
}

// Count is a number of records of a table.
type Count struct {
	Table string `json:"table"`
	N     int64  `json:"n"`
}

// Pair is a proposal to merge: why, how sure, and what the register counts before and after.
type Pair struct {
	Table   string   `json:"table"`
	Score   int64    `json:"score"`   // 0–100
	Reasons []string `json:"reasons"` // "same_name", "similar_name", "phone", "same_venue", "same_time", "same_number" …
	Left    PairSide `json:"left"`
	Right   PairSide `json:"right"`
	Before  int64    `json:"before"` // entries of this kind in use; of activities and outcomes those of the day
	After   int64    `json:"after"`

	Together []Count `json:"together,omitempty"` // what two records of one event come to
}

// mergeable are the registers in which duplicates are looked for, with what hangs on an entry.
var mergeable = map[string][]struct{ table, column string }{
	"venue":    {{"activity", "venue_id"}, {"attendance", "venue_id"}, {"placement", "venue_id"}},
	"unit":     {{"activity", "lead_unit_id"}, {"officer", "unit_id"}, {"device", "owner_unit_id"}},
	"officer":  {{"consultation", "officer_id"}, {"inspection", "officer_id"}},
	"material": {{"handout", "material_id"}, {"placement", "material_id"}},

	"case_digest": {{"post", "digest_id"}, {"slogan", "digest_id"}},

	"attendance": nil, // within a meeting; see people
	"activity":   nil, // see eventsTwice
	"outcome":    nil, // see outcomePairs
}

const (
	pairScore = 55 // proposals below are noise
	pairLimit = 100
)

// Duplicates proposes pairs of a register's entries that look like one, surest first.
func (s *Service) Duplicates(ctx context.Context, table string) ([]Pair, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	if _, ok := mergeable[table]; !ok {
		return nil, errNoRegister
	}
	switch table {
	case "attendance":
		return s.c.people(ctx)
	case "activity":
		return s.c.eventsTwice(ctx)
	case "outcome":
		return s.c.outcomePairs(ctx)
	}
	return s.c.duplicates(ctx, table)
}

func (c *County) duplicates(ctx context.Context, table string) ([]Pair, error) {
	rows, err := c.replica.Select(ctx, table, `WHERE `+inUse)
	if err != nil {
		return nil, fmt.Errorf("look for duplicates: %w", err)
	}
	apart, err := c.store.apart(ctx, table)
	if err != nil {
		return nil, err
	}
	entries := make([]*likeness, len(rows))
	perKind := map[string]int64{}
	for i, row := range rows {
		entries[i] = liken(table, row)
		perKind[entries[i].kind]++
	}
	var found []scored[*likeness]
	for _, p := range candidates(entries) {
		key := pairKey(p[0].row.ID, p[1].row.ID)
		if apart[key] {
			continue
		}
		if score, reasons := p[0].compare(p[1]); score >= pairScore {
			found = append(found, scored[*likeness]{p[0], p[1], key, score, reasons})
		}
	}
	bestFirst(found)
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	list := []Pair{}
	for _, f := range found[:min(len(found), pairLimit)] {
		p := Pair{Table: table, Score: f.score, Reasons: f.reasons, Before: perKind[f.a.kind], After: perKind[f.a.kind] - 1}
		if f.a.kind != f.b.kind {
			p.Before = perKind[f.a.kind] + perKind[f.b.kind]
			p.After = p.Before - 1
		}
		for side, row := range map[*PairSide]*replicaRow{&p.Left: f.a.row, &p.Right: f.b.row} {
			if *side, err = c.pairSide(ctx, table, row, names); err != nil {
				return nil, err
			}
		}
		if p.Right.Row.Uses > p.Left.Row.Uses { // the one in use stands left: it is the likelier survivor
			p.Left, p.Right = p.Right, p.Left
		}
		list = append(list, p)
	}
	return list, nil
}

func (c *County) pairSide(ctx context.Context, table string, row *replicaRow, names *nameBook) (PairSide, error) {
	describe := func() (RegistryRow, error) { return c.registryRow(ctx, table, row, names) }
	if table == "case_digest" {
		describe = func() (RegistryRow, error) { return c.digestRow(ctx, row, names) }
	}
	line, err := describe()
	side := PairSide{Row: line, Counts: []Count{}, Created: row.Int("created_at"), Device: names.devices[row.Ref("device_id")]}
	if err != nil {
		return side, err
	}
	for _, child := range mergeable[table] {
		n, err := c.number(ctx, `SELECT count(*) FROM `+child.table+` WHERE `+child.column+` = ?`, row.ID)
		if err != nil {
			return side, err
		}
		side.Counts = append(side.Counts, Count{child.table, n})
	}
	return side, nil
}

// digestRow describes a case digest as a line of a list.
func (c *County) digestRow(_ context.Context, row *replicaRow, names *nameBook) (RegistryRow, error) {
	var types []string
	for _, code := range row.Strings("fraud_types") {
		types = append(types, names.codes.Label("fraud_type", code))
	}
	slices.Sort(types)
	return RegistryRow{ID: row.ID.String(), Names: map[string]string{}, Fields: map[string]string{"name": row.Text("title"), "fraud_types": strings.Join(types, "、"), "digest_state": row.Text("state")}}, nil
}

// likeness is what two entries are compared by.
type likeness struct {
	row                                    *replicaRow
	kind, full, core, town, phone, licence string
	address                                string
	initials                               string
}

// generic are the parts of a name that tell nothing apart.
var generic = strings.NewReplacer("有限责任公司", "", "有限公司", "", "股份", "", "网络会所", "", "网吧", "", "网咖", "", "网络", "", "电竞馆", "", "电竞", "", "会所", "", "公司", "",
	"营业厅", "", "营业部", "", "分公司", "", "支行", "", "(", "", ")", "", "（", "", "）", "", "店", "", "·", "", "-", "")

func liken(table string, row *replicaRow) *likeness {
	has := func(column string) string {
		if model.Schema.Table(table).Column(column) == nil {
			return ""
		}
		return row.Text(column)
	}
	l := &likeness{row: row, full: model.Norm(cmp.Or(has("name"), has("title"))), town: has("town"), address: model.Norm(has("address")), licence: model.Norm(has("licence_no"))}
	for _, column := range []string{"contact_phone", "service_phone"} {
		if l.phone == "" {
			l.phone = has(column)
		}
	}
	switch table {
	case "venue":
		l.kind = row.Text("kind")
	case "unit":
		l.kind = row.Text("department")
	case "material":
		l.kind = row.Text("group")
	case "officer":
		l.kind = row.Ref("unit_id").String()
	case "case_digest":
		types := slices.Sorted(slices.Values(row.Strings("fraud_types")))
		l.kind = strings.Join(types, " ")
	}
	if l.core = generic.Replace(l.full); l.core == "" {
		l.core = l.full
	}
	l.initials = model.Initials(l.core)
	return l
}

// candidates pairs entries that share a telephone, a licence, their initials or
// two characters of the name's core; comparing all with all is not needed.
func candidates(entries []*likeness) [][2]*likeness {
	blocks := map[string][]int{}
	for i, e := range entries {
		keys := []string{"i" + e.initials}
		if e.phone != "" {
			keys = append(keys, "p"+e.phone)
		}
		if e.licence != "" {
			keys = append(keys, "l"+e.licence)
		}
		core := []rune(e.core)
		for k := 0; k+1 < len(core); k++ {
			keys = append(keys, "n"+string(core[k:k+2]))
		}
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			blocks[key] = append(blocks[key], i)
		}
	}
	seen := map[[2]int]bool{}
	var pairs [][2]*likeness
	for _, members := range blocks {
		if len(members) > 60 { // so common that it tells nothing
			continue
		}
		for x, i := range members {
			for _, j := range members[x+1:] {
				if key := [2]int{i, j}; !seen[key] {
					seen[key] = true
					pairs = append(pairs, [2]*likeness{entries[i], entries[j]})
				}
			}
		}
	}
	return pairs
}

// compare scores two entries, 0–100, and says what speaks for it.
func (a *likeness) compare(b *likeness) (score int64, reasons []string) {
	add := func(points int64, reason string) {
		score += points
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	alike := similarity(a.core, b.core)
	switch {
	case a.full == b.full:
		add(60, "same_name")
	case a.core == b.core:
		add(50, "similar_name")
	case alike >= 50 || len([]rune(min(a.core, b.core))) >= 2 && (strings.HasPrefix(a.core, b.core) || strings.HasPrefix(b.core, a.core)):
		add(max(alike/2, 38), "similar_name")
	}
	if a.initials != "" && strings.Count(a.initials, "|") > 0 && readAlike(a.initials, b.initials) && a.core != b.core {
		add(20, "pinyin")
	}
	if a.phone != "" && a.phone == b.phone {
		add(35, "phone")
	}
	if a.licence != "" && b.licence != "" {
		if a.licence == b.licence {
			add(50, "licence")
		} else {
			add(-15, "") // two licences, two places
		}
	}
	if a.town != "" && b.town != "" {
		if a.town == b.town {
			add(12, "town")
		} else {
			add(-20, "")
		}
	}
	if a.address != "" && b.address != "" && similarity(a.address, b.address) >= 60 {
		add(15, "address")
	}
	if a.kind == b.kind {
		add(8, "kind")
	} else {
		add(-10, "")
	}
	return min(max(score, 0), 100), reasons
}

// readAlike tells whether two names can be read with the same initials.
func readAlike(a, b string) bool {
	x, y := strings.Split(a, "|"), strings.Split(b, "|")
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !strings.ContainsAny(x[i], y[i]) {
			return false
		}
	}
	return true
}

// similarity is twice the common characters' share of two texts in percent, in order (longest common subsequence).
func similarity(a, b string) int64 {
	x, y := []rune(a), []rune(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	row := make([]int, len(y)+1)
	for i := range x {
		left := 0
		for j := range y {
			up := row[j+1]
			if x[i] == y[j] {
				row[j+1] = left + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			left = up
		}
	}
	return int64(200 * row[len(y)] / (len(x) + len(y)))
}

// scored is a pair that may be the same thing.
type scored[T any] struct {
	a, b    T
	key     string
	score   int64
	reasons []string
}

// bestFirst puts the likeliest pairs first, in one order whoever asks.
func bestFirst[T any](found []scored[T]) {
	slices.SortFunc(found, func(x, y scored[T]) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(x.key, y.key))
	})
}

// pairKey names two ids in one order.
func pairKey(a, b schema.ID) string {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return string(a[:]) + string(b[:])
}

// apart are the pairs that the office has looked at and found to be two.
func (s *store) apart(ctx context.Context, table string) (map[string]bool, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT pair FROM apart WHERE tbl = ?`, table)
	if err != nil {
		return nil, fmt.Errorf("read what stands apart: %w", err)
	}
	defer rows.Close()
	pairs := map[string]bool{}
	for rows.Next() {
		var pair []byte
		if err := rows.Scan(&pair); err != nil {
			return nil, err
		}
		pairs[string(pair)] = true
	}
	return pairs, rows.Err()
}

// KeepApart says that two entries are two: they are not proposed again.
func (s *Service) KeepApart(ctx context.Context, table, one, other string) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	a, errA := parseID(one)
	b, errB := parseID(other)
	if _, ok := mergeable[table]; !ok || errA != nil || errB != nil {
		return errNoRegister
	}
	return s.c.store.update(ctx, func(tx *sql.Tx) error {
		now := s.c.store.now()
		if _, err := tx.ExecContext(ctx, `INSERT INTO apart (tbl, pair, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, table, []byte(pairKey(a, b)), now, v.account.Name); err != nil {
			return fmt.Errorf("keep apart: %w", err)
		}
		return recordIn(ctx, tx, now, entry{Actor: v.account.Name, Action: "kept_apart", Subject: table, Address: v.address})
	})
}
