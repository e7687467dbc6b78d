package county

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// device is a line of the registry: the authority on who may sync. The table
// `device` of the replica tells kits the names; it decides nothing.
type device struct {
	id       schema.ID
	key      ed25519.PublicKey
	unit     schema.ID
	label    string
	state    string
	enrolled int64
	version  string

	lastSeen, waiting, offset sql.NullInt64 // as told at the last exchange; offset in ms
	free                      sql.NullInt64 // bytes its disk has left; an older kit does not tell
	astray                    sql.NullInt64 // since when its rows are not the county's, Unix milliseconds
	received                  int64         // changesets since enrolment
}

const selectDevice = `SELECT id, public_key, unit_id, label, state, enrolled_at, version, last_seen, waiting, clock_offset, free, astray_at, received FROM device`

type scanner interface{ Scan(...any) error }

// scanDevice reads one line; nil when there is none.
func scanDevice(row scanner) (*device, error) {
	var d device
	var key []byte
	err := row.Scan(&d.id, &key, &d.unit, &d.label, &d.state, &d.enrolled, &d.version, &d.lastSeen, &d.waiting, &d.offset, &d.free, &d.astray, &d.received)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the device registry: %w", err)
	}
	if len(key) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("device %s: its public key is damaged", d.id)
	}
	d.key = key
	return &d, nil
}

func (s *store) devices(ctx context.Context) ([]*device, error) {
	rows, err := s.db.QueryContext(ctx, selectDevice+` ORDER BY label, id`)
	if err != nil {
		return nil, fmt.Errorf("read the device registry: %w", err)
	}
	defer rows.Close()
	var list []*device
	for rows.Next() {
		d, err := scanDevice(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// authority answers the sync server's questions from the registry.
type authority struct{ c *County }

var _ transport.Authority = authority{}

// Device says who a device is and what it may hold; nil when it is unknown.
func (a authority) Device(ctx context.Context, id schema.ID) (*transport.Device, error) {
	d, err := scanDevice(a.c.store.db.QueryRowContext(ctx, selectDevice+` WHERE id = ?`, id))
	if err != nil || d == nil {
		return nil, err
	}
	known := &transport.Device{ID: d.id, PublicKey: d.key, Active: d.state == deviceActive,
		Entitled: func(audience string) bool { return model.Entitled(audience, d.unit) }}
	switch d.state {
	case deviceLost:
		known.Reason = "县办公室已把这台电脑标为遗失，暂不接收。已录的内容都还在本机，请联系县办公室。"
	case deviceRetired:
		known.Reason = "这台电脑已经停用，不再同步。已录的内容都还在本机，请联系县办公室。"
	}
	return known, nil
}

// Seen notes what a kit told in an exchange.
func (a authority) Seen(ctx context.Context, id schema.ID, report transport.Report) {
	if report.Complete {
		report.Waiting = 0
	}
	err := a.c.store.update(ctx, func(tx *sql.Tx) error {
		if err := a.c.store.noteClock(ctx, tx, id, report); err != nil {
			return err
		}
		version, free := told(report.Version)
		_, err := tx.ExecContext(ctx, `UPDATE device SET last_seen = ?, waiting = ?, clock_offset = ?, version = ?, free = ?, received = received + ? WHERE id = ?`,
			report.At.UnixMilli(), report.Waiting, report.ClockOffset.Milliseconds(), clip(version, 40), free, report.Received, id)
		if err != nil || !report.Compared {
			return err
		}
		if len(report.Astray) == 0 {
			_, err = tx.ExecContext(ctx, `UPDATE device SET astray_at = NULL WHERE id = ? AND astray_at IS NOT NULL`, id)
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE device SET astray_at = coalesce(astray_at, ?) WHERE id = ?`, report.At.UnixMilli(), id)
		return err
	})
	if err != nil {
		a.c.log.Error("note an exchange", "device", id.String(), "err", err)
		return
	}
	a.c.reviewed.forget()
	a.c.changed("device")
}

// countSums reads every row's checksum once, so that exchanges can compare a kit's rows
// with the county's. Until then nothing is compared.
func (c *County) countSums(ctx context.Context) {
	select { // the pages come first
	case <-c.warmth.ready:
	case <-ctx.Done():
		return
	}
	if err := c.replica.CountSums(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("count the rows", "err", err)
	}
}

// told takes apart what a kit says of itself: its version, then words such as
// free=2048, the MiB that its disk has left.
func told(text string) (version string, free sql.NullInt64) {
	words := strings.Fields(text)
	for i, word := range words {
		name, value, pair := strings.Cut(word, "=")
		if !pair {
			continue
		}
		if n, err := strconv.ParseInt(value, 10, 32); err == nil && name == "free" && n >= 0 {
			free = sql.NullInt64{Int64: n << 20, Valid: true}
		}
		words[i] = ""
	}
	return strings.TrimSpace(strings.Join(words, " ")), free
}

func clip(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// setDeviceState marks a device; a lost or retired one is refused from its next request on.
func (c *County) setDeviceState(ctx context.Context, actor, address string, id schema.ID, state string) error {
	if state != deviceActive && state != deviceLost && state != deviceRetired {
		return userError("device_state", "state", "没有这种状态。", "There is no such state.")
	}
	var d *device
	err := c.store.update(ctx, func(tx *sql.Tx) (err error) {
		if d, err = scanDevice(tx.QueryRowContext(ctx, selectDevice+` WHERE id = ?`, id)); err != nil {
			return err
		}
		if d == nil {
			return userError("device_unknown", "", "没有登记过这台电脑。", "This computer is not registered.")
		}
		if d.state == state {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `UPDATE device SET state = ? WHERE id = ?`, state, id); err != nil {
			return fmt.Errorf("set a device's state: %w", err)
		}
		return recordIn(ctx, tx, c.store.now(), entry{Actor: actor, Action: "device_" + state, Subject: d.label, Address: address, Detail: id.String()})
	})
	if err != nil {
		return err
	}
	d.state = state
	if err := c.writeDeviceRow(ctx, *d); err != nil {
		return err
	}
	c.changed("device")
	return nil
}

// writeDeviceRow certifies a device's key and brings its replicated row in line
// with the registry. What is so already is not rewritten, so it may be repeated.
func (c *County) writeDeviceRow(ctx context.Context, d device) error {
	if _, err := c.replica.Certify(ctx, d.id, d.key); err != nil {
		return fmt.Errorf("certify device %s: %w", d.id, err)
	}
	err := c.replica.Update(ctx, func(tx *replicaTx) error {
		row, err := tx.Get("device", d.id)
		if err != nil {
			return err
		}
		values := schema.Values{"state": d.state}
		if row == nil {
			values = created(tx, c.replica.ID())
			values["state"], values["label"], values["owner_unit_id"] = d.state, d.label, d.unit
			values["public_key"], values["enrolled_at"] = []byte(d.key), d.enrolled
		}
		return tx.Put("device", d.id, values)
	})
	if err != nil {
		return fmt.Errorf("write the row of device %s: %w", d.id, err)
	}
	return nil
}

// reconcile writes the rows that a crash between registry and replica left out.
func (c *County) reconcile(ctx context.Context) error {
	list, err := c.store.devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := c.writeUnitRow(ctx, d.unit); err != nil {
			return err
		}
		if err := c.writeDeviceRow(ctx, *d); err != nil {
			return err
		}
	}
	return nil
}

// writeUnitRow makes the unit that a code was issued for on the console, when
// it is not there yet.
func (c *County) writeUnitRow(ctx context.Context, id schema.ID) error {
	known, err := c.replica.Get(ctx, "unit", id)
	if err != nil || known != nil {
		return err
	}
	var f UnitForm
	err = c.store.db.QueryRowContext(ctx, `SELECT unit_code, unit_name, unit_short, unit_department FROM code WHERE unit_id = ? ORDER BY issued_at DESC LIMIT 1`, id).
		Scan(&f.Code, &f.Name, &f.ShortName, &f.Department)
	if err != nil {
		return fmt.Errorf("read the unit of a code: %w", err)
	}
	_, err = c.AddUnit(ctx, "console", f)
	return err
}
