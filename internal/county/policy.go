package county

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strings"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// own is what every account may call.
var own = []string{"Me", "Login", "LoginWithCode", "Logout", "OfferFactor", "ConfirmFactor", "DropFactor", "CodeNames"}

// ofUnit is what an account of one unit may call: each of these sees that unit alone.
var ofUnit = []string{"Overview", "FigureRecords", "Records", "RecordOf", "History", "Analysis", "Progress", "Units", "Devices", "ReviewCount"}

// permitted is what a role may call; roles that are not named may call all, and the
// calls themselves tell an administrator from others.
var permitted = map[Role][]string{
	Lead:    slices.Concat(own, ofUnit, []string{"Ledgers", "StartLedger", "Exports", "CancelExport"}),
	Officer: slices.Concat(own, ofUnit),
	Auditor: slices.Concat(own, []string{"Audit", "Devices", "Settings", "ReviewCount", "Units"}),
	Reader:  {}, // a token: its interface is /api/
}

// may tells whether an account may make a request. Pages and the live events' names of
// tables are everybody's who signed in.
func may(a *account, r *http.Request) bool {
	allowed, limited := permitted[a.Role]
	if !limited && a.Role != Admin && a.Role != Analyst {
		return false // a role of a later version
	}
	if !limited {
		return true
	}
	switch {
	case strings.HasPrefix(r.URL.Path, "/rpc/"):
		return slices.Contains(allowed, path.Base(r.URL.Path))
	case strings.HasPrefix(r.URL.Path, "/export/made/"):
		return a.Role == Lead
	case strings.HasPrefix(r.URL.Path, "/export/"):
		return a.Role == Lead && strings.HasSuffix(r.URL.Path, ".csv")
	case strings.HasPrefix(r.URL.Path, "/api/"):
		return a.Role == Reader
	case strings.HasPrefix(r.URL.Path, "/import/"):
		return false
	}
	return true
}

// refuse answers a request that an account may not make.
func refuse(w http.ResponseWriter, r *http.Request) {
	status := http.StatusForbidden
	if strings.HasPrefix(r.URL.Path, "/rpc/") {
		status = http.StatusUnprocessableEntity // as calls answer what they refuse
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(errForbidden.(*rpc.UserError)) // the browser may be gone
}

// bound is the unit that an account is bound to; none of most.
func (v *visit) bound() (schema.ID, bool) {
	return v.account.Unit, v.account.Role == Lead || v.account.Role == Officer
}

// within narrows the units that a call asks for to the account's own.
func (v *visit) within(units []string) []string {
	if unit, bound := v.bound(); bound {
		return []string{unit.String()}
	}
	return units
}

// sees tells whether an account may open a record: one of its unit's, or of an
// activity that its unit leads or joins.
func (c *County) sees(ctx context.Context, v *visit, table string, row *replicaRow) (bool, error) {
	unit, bound := v.bound()
	if !bound {
		return true, nil
	}
	reader, err := c.counts.current(ctx, c)
	if err != nil {
		return false, err
	}
	unit = reader.Survivor(unit)
	is := func(id schema.ID) bool { return !id.IsNil() && reader.Survivor(id) == unit }
	switch table {
	case "unit":
		return is(row.ID), nil
	case "venue", "material", "period", "slogan", "case_digest", "plan":
		return true, nil // everybody's
	case "outcome":
		return is(row.Ref("lead_unit_id")), nil
	case "post", "daily_tally":
		return is(row.Ref("unit_id")), nil
	case "inspection":
		return c.recordedBy(ctx, row, is)
	}
	activity := row
	if table != "activity" {
		if model.Schema.Table(table).Column("activity_id") == nil {
			return c.recordedBy(ctx, row, is)
		}
		if activity, err = c.replica.Get(ctx, "activity", reader.Survivor(row.Ref("activity_id"))); err != nil {
			return false, err
		}
		if activity == nil {
			return c.recordedBy(ctx, row, is)
		}
	}
	if is(activity.Ref("lead_unit_id")) {
		return true, nil
	}
	if table == "consultation" { // stays with who leads: it may be about people
		return false, nil
	}
	for _, text := range activity.Strings("partner_units") {
		if id, err := schema.ParseID(text); err == nil && is(id) {
			return true, nil
		}
	}
	return false, nil
}

// recordedBy tells whether a record was made on a computer of a unit.
func (c *County) recordedBy(ctx context.Context, row *replicaRow, is func(schema.ID) bool) (bool, error) {
	device, err := c.replica.Get(ctx, "device", row.Ref("device_id"))
	if err != nil || device == nil {
		return false, err
	}
	return is(device.Ref("owner_unit_id")), nil
}
