package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

// The states of a device (domain.md, 2.1).
const (
	deviceActive  = "active"
	deviceLost    = "lost"
	deviceRetired = "retired"
)

// admit decides an enrolment. Using up the code and registering the device are
// one transaction, so of two computers with one code exactly one wins; the
// same computer asking again (its answer was lost on the way) is granted again.
func (c *County) admit(ctx context.Context, r *http.Request, a enrolment.Application) (enrolment.Grant, error) {
	address := remoteHost(r)
	slow := []slowdown{
		{key: "enrol/" + address, free: 5, longest: 10 * time.Minute},
		{key: "enrol", free: 100, longest: time.Minute},
	}
	wait, err := c.store.attempt(ctx, slow...)
	if err != nil {
		return enrolment.Grant{}, err
	}
	if wait > 0 {
		return enrolment.Grant{}, &enrolment.Error{Reason: enrolment.TooOften, RetryAfter: seconds(wait)}
	}
	d, err := c.register(ctx, address, a)
	if err != nil {
		var refused *enrolment.Error
		if errors.As(err, &refused) {
			if auditErr := c.store.record(ctx, entry{Actor: "device:" + a.Device.String(), Action: "enrol_refused",
				Address: address, Detail: string(refused.Reason)}); auditErr != nil {
				return enrolment.Grant{}, auditErr
			}
		}
		return enrolment.Grant{}, err
	}
	if err := c.store.succeeded(ctx, slow...); err != nil {
		return enrolment.Grant{}, err
	}
	if err := c.writeUnitRow(ctx, d.unit); err != nil {
		return enrolment.Grant{}, err
	}
	if err := c.writeDeviceRow(ctx, d); err != nil {
		return enrolment.Grant{}, err
	}
	unit, err := c.unitRow(ctx, d.unit)
	if err != nil {
		return enrolment.Grant{}, err
	}
	c.changed("device")
	return enrolment.Grant{
		Realm: c.realm, County: c.name, Device: d.id, Label: d.label, Unit: unit, At: c.store.now(),
		CountyReplica: c.replica.ID(), CountyKey: c.replica.PublicKey(),
	}, nil
}

// register uses up the code for the device.
func (c *County) register(ctx context.Context, address string, a enrolment.Application) (device, error) {
	var d device
	refuse := func(r enrolment.Reason) error { return &enrolment.Error{Reason: r} }
	err := c.store.update(ctx, func(tx *sql.Tx) error {
		now := c.store.now()
		var code, unit schema.ID
		var label string
		var expires int64
		var used, withdrawn sql.NullInt64
		var usedBy schema.ID
		err := tx.QueryRowContext(ctx, `SELECT id, unit_id, label, expires_at, used_at, withdrawn_at, device_id FROM code WHERE secret_hash = ?`,
			a.SecretHash[:]).Scan(&code, &unit, &label, &expires, &used, &withdrawn, &usedBy)
		again := used.Valid && usedBy == a.Device
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return refuse(enrolment.Unknown)
		case err != nil:
			return fmt.Errorf("look up a code: %w", err)
		case a.Realm != c.realm:
			return refuse(enrolment.OtherCounty)
		case withdrawn.Valid:
			return refuse(enrolment.Withdrawn)
		case used.Valid && !again:
			return refuse(enrolment.Used)
		case expires <= now:
			return refuse(enrolment.Expired)
		}
		known, err := scanDevice(tx.QueryRowContext(ctx, selectDevice+` WHERE id = ?`, a.Device))
		if err != nil {
			return err
		}
		if known != nil {
			switch {
			case !known.key.Equal(a.PublicKey):
				return refuse(enrolment.OtherKey)
			case known.unit != unit:
				return refuse(enrolment.OtherUnit)
			case again:
				d = *known
				return nil // a repeated request changes nothing: not even a device that was marked lost since
			}
		}
		switch {
		case known != nil: // its records bear its name
			label = known.label
		case a.Label != "":
			label = a.Label
		case label == "":
			label = "D" + a.Device.String()[32:]
		}
		if label, err = unlike(ctx, tx, a.Device, label); err != nil {
			return err
		}
		d = device{id: a.Device, key: a.PublicKey, unit: unit, label: label, state: deviceActive, enrolled: now, version: a.Version}
		if known != nil {
			d.enrolled = known.enrolled
		}
		if _, err := tx.ExecContext(ctx, `UPDATE code SET used_at = ?, device_id = ? WHERE id = ?`, now, a.Device, code); err != nil {
			return fmt.Errorf("use up a code: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO device (id, public_key, unit_id, label, state, enrolled_at, version)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET state = excluded.state, label = excluded.label, version = excluded.version`,
			d.id, []byte(d.key), d.unit, d.label, d.state, d.enrolled, d.version); err != nil {
			return fmt.Errorf("register a device: %w", err)
		}
		return recordIn(ctx, tx, now, entry{Actor: "device:" + d.id.String(), Action: "enrol", Subject: d.label, Address: address})
	})
	return d, err
}

// unlike numbers a label that another computer has: it names what the computer recorded
// and numbers the doors without a plate.
func unlike(ctx context.Context, tx *sql.Tx, device schema.ID, label string) (string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT label FROM device WHERE id <> ?`, device)
	if err != nil {
		return "", fmt.Errorf("look up labels: %w", err)
	}
	defer rows.Close()
	taken := map[string]bool{}
	for rows.Next() {
		var other string
		if err := rows.Scan(&other); err != nil {
			return "", err
		}
		taken[model.Norm(other)] = true
	}
	free := label
	for n := 2; taken[model.Norm(free)]; n++ {
		free = fmt.Sprintf("%s-%d", label, n)
	}
	return free, rows.Err()
}
