package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sort"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// importer holds what lines are looked up in.
type importer struct {
	realm    schema.ID
	settings model.Settings
	units    map[string]schema.ID // by name, short name and code, normalised
	leaflet  schema.ID            // that counts are booked on
	times    map[string]int       // how often a line stood in the table so far
	alike    int64                // lines that say what an earlier one said
}

// ImportForm says which file becomes which ledger, and which column is which field.
type ImportForm struct {
	ID      string           `json:"id"` // Uploaded.ID
	Kind    string           `json:"kind"`
	Columns map[string]int64 `json:"columns"` // field → column, from 0
}

// ImportProblem is one cell that cannot be taken.
type ImportProblem struct {
	Row       int64  `json:"row"` // of the sheet, as a spreadsheet numbers it
	Field     string `json:"field"`
	Message   string `json:"message"`
	MessageEN string `json:"message_en"`
}

// ImportPlan is what an import would do.
type ImportPlan struct {
	Rows     int64           `json:"rows"`
	Fresh    int64           `json:"fresh"` // new records
	Known    int64           `json:"known"` // there already: left as they are
	Alike    int64           `json:"alike"` // say what an earlier line says: records of their own
	Problems []ImportProblem `json:"problems"`
	Bad      int64           `json:"bad"` // lines with a problem
}

// ImportKinds lists the ledgers that can be imported and their fields.
func (s *Service) ImportKinds(ctx context.Context) (map[string][]ImportField, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	kinds := map[string][]ImportField{}
	for name, k := range importKinds {
		kinds[name] = k.fields
	}
	return kinds, nil
}

func (c *County) importer(ctx context.Context) (*importer, error) {
	im := &importer{realm: c.realm, units: map[string]schema.ID{}, times: map[string]int{}}
	var err error
	if im.settings, err = model.ReadSettings(ctx, c.replica); err != nil {
		return nil, err
	}
	err = c.replica.Each(ctx, "unit", `WHERE `+inUse, nil, func(row *replicaRow) error {
		for _, column := range []string{"name", "short_name", "code"} {
			im.units[model.Norm(row.Text(column))] = row.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return im, c.replica.Each(ctx, "material", `WHERE "group" = 'leaflet' AND `+inUse+` ORDER BY hotkey = 0, hotkey, created_at DESC`, nil, func(row *replicaRow) error {
		if im.leaflet.IsNil() {
			im.leaflet = row.ID
		}
		return nil
	})
}

// plan reads a sheet as a ledger.
func (c *County) plan(ctx context.Context, f ImportForm) (*sheet, [][]importWrite, ImportPlan, error) {
	plan := ImportPlan{Problems: []ImportProblem{}}
	id, err := parseID(f.ID)
	if err != nil {
		return nil, nil, plan, err
	}
	on := c.imports.get(id)
	if on == nil {
		return nil, nil, plan, userError("file", "file", "文件已经放了太久，请重新选一次。没有导入任何内容。", "The file was put away; choose it again. Nothing was imported.")
	}
	kind, ok := importKinds[f.Kind]
	if !ok {
		return nil, nil, plan, userError("kind", "kind", "没有这种台账。", "There is no such ledger.")
	}
	for _, field := range kind.fields {
		at, chosen := f.Columns[field.Name]
		if field.Needed && !chosen {
			return nil, nil, plan, userError("columns", field.Name, "请指定哪一列是“"+field.ZH+"”。", "Say which column is “"+field.EN+"”.")
		}
		if chosen && (at < 0 || at >= int64(len(on.rows[0]))) {
			return nil, nil, plan, userError("columns", field.Name, "表里没有这一列。", "The table has no such column.")
		}
	}
	im, err := c.importer(ctx)
	if err != nil {
		return nil, nil, plan, err
	}
	var lines [][]importWrite
	seen := map[schema.ID]bool{}
	for i, row := range on.rows[1:] {
		cells := map[string]string{}
		for name, at := range f.Columns {
			if at < int64(len(row)) {
				cells[name] = row[at]
			}
		}
		plan.Rows++
		writes, err := kind.row(im, cells)
		var cell *cellError
		if errors.As(err, &cell) {
			if plan.Bad++; len(plan.Problems) < 200 {
				plan.Problems = append(plan.Problems, ImportProblem{on.lines[i+1], cell.field, cell.zh, cell.en})
			}
			continue
		}
		if err != nil {
			return nil, nil, plan, err
		}
		for _, w := range writes {
			if !w.main {
				continue
			}
			there, err := c.replica.Get(ctx, w.table, w.id)
			if err != nil {
				return nil, nil, plan, err
			}
			if there != nil && !voided(there) || seen[w.id] {
				plan.Known++
			} else {
				plan.Fresh++
				lines = append(lines, writes)
			}
			seen[w.id] = true
		}
	}
	plan.Alike = im.alike
	return on, lines, plan, nil
}

// ImportPreview says what an import would do, and changes nothing.
func (s *Service) ImportPreview(ctx context.Context, f ImportForm) (ImportPlan, error) {
	if _, err := editor(ctx); err != nil {
		return ImportPlan{}, err
	}
	_, _, plan, err := s.c.plan(ctx, f)
	return plan, err
}

// ImportBatch is an import that was made.
type ImportBatch struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	File     string `json:"file"`
	At       int64  `json:"at"`
	By       string `json:"by"`
	Rows     int64  `json:"rows"`
	UndoneAt int64  `json:"undone_at"` // 0: it stands
}

// ImportRun imports the lines without a problem, as one transaction. Records that are
// there already are left as they are.
func (s *Service) ImportRun(ctx context.Context, f ImportForm) (ImportBatch, error) {
	v, err := editor(ctx)
	if err != nil {
		return ImportBatch{}, err
	}
	on, lines, plan, err := s.c.plan(ctx, f)
	if err != nil {
		return ImportBatch{}, err
	}
	if plan.Fresh == 0 {
		return ImportBatch{}, userError("nothing", "", "没有可导入的新记录。", "There is no new record to import.")
	}
	batch := schema.NewID(s.c.store.now())
	type made struct {
		table string
		id    schema.ID
	}
	var rows []made
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		rows = rows[:0]
		for _, writes := range lines {
			for _, w := range writes {
				there, err := tx.Get(w.table, w.id)
				if err != nil {
					return err
				}
				if there != nil && !voided(there) {
					continue
				}
				if there != nil { // an import that was undone comes back
					w.values["voided"] = voidMark(tx, false, "")
				} else {
					w.values["created_at"], w.values["device_id"] = tx.Now().UnixMilli(), tx.Replica()
				}
				if err := tx.Put(w.table, w.id, w.values); err != nil {
					return err
				}
				for column, n := range w.counts {
					have := int64(0)
					if there != nil {
						have = there.Int(column)
					}
					if err := tx.Add(w.table, w.id, column, n-have); err != nil {
						return err
					}
				}
				rows = append(rows, made{w.table, w.id})
			}
		}
		return nil
	})
	if err != nil {
		return ImportBatch{}, fmt.Errorf("import: %w", err)
	}
	b := ImportBatch{ID: batch.String(), Kind: f.Kind, File: on.file, At: s.c.store.now(), By: v.account.Name, Rows: plan.Fresh}
	return b, s.c.store.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO import_batch (id, kind, file, at, by, rows) VALUES (?, ?, ?, ?, ?, ?)`, batch, b.Kind, b.File, b.At, b.By, b.Rows); err != nil {
			return fmt.Errorf("note an import: %w", err)
		}
		for _, row := range rows {
			if _, err := tx.ExecContext(ctx, `INSERT INTO import_row (batch, tbl, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, batch, row.table, row.id); err != nil {
				return fmt.Errorf("note an import: %w", err)
			}
		}
		return recordIn(ctx, tx, b.At, entry{Actor: v.account.Name, Action: "imported", Subject: b.Kind, Address: v.address, Detail: fmt.Sprintf("%s, %d", b.File, b.Rows)})
	})
}

// Imports lists them, newest first.
func (s *Service) Imports(ctx context.Context) ([]ImportBatch, error) {
	if _, err := signedIn(ctx); err != nil {
		return nil, err
	}
	rows, err := s.c.store.db.QueryContext(ctx, `SELECT id, kind, file, at, by, rows, coalesce(undone_at, 0) FROM import_batch ORDER BY at DESC LIMIT 200`)
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	defer rows.Close()
	list := []ImportBatch{}
	for rows.Next() {
		var b ImportBatch
		var id schema.ID
		if err := rows.Scan(&id, &b.Kind, &b.File, &b.At, &b.By, &b.Rows, &b.UndoneAt); err != nil {
			return nil, err
		}
		b.ID = id.String()
		list = append(list, b)
	}
	return list, rows.Err()
}

// ImportUndo voids what an import made; records that were corrected since are voided too.
func (s *Service) ImportUndo(ctx context.Context, id string) error {
	v, err := editor(ctx)
	if err != nil {
		return err
	}
	batch, err := parseID(id)
	if err != nil {
		return err
	}
	byTable := map[string][]schema.ID{}
	rows, err := s.c.store.db.QueryContext(ctx, `SELECT r.tbl, r.id FROM import_row r JOIN import_batch b ON b.id = r.batch WHERE r.batch = ? AND b.undone_at IS NULL`, batch)
	if err != nil {
		return fmt.Errorf("undo an import: %w", err)
	}
	for rows.Next() {
		var table string
		var row schema.ID
		if err := rows.Scan(&table, &row); err != nil {
			rows.Close()
			return err
		}
		byTable[table] = append(byTable[table], row)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if len(byTable) == 0 {
		return userError("undone", "", "这次导入已经撤销过了。", "This import was undone already.")
	}
	tables := make([]string, 0, len(byTable))
	for table := range byTable {
		tables = append(tables, table)
	}
	sort.Strings(tables)
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		for _, table := range tables {
			for _, row := range byTable[table] {
				if err := tx.Put(table, row, schema.Values{"voided": voidMark(tx, true, "V1")}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("undo an import: %w", err)
	}
	return s.c.store.update(ctx, func(tx *sql.Tx) error {
		now := s.c.store.now()
		if _, err := tx.ExecContext(ctx, `UPDATE import_batch SET undone_at = ? WHERE id = ?`, now, batch); err != nil {
			return err
		}
		return recordIn(ctx, tx, now, entry{Actor: v.account.Name, Action: "import_undone", Address: v.address, Subject: id})
	})
}
