package story

import (
	"context"
	"fmt"
	"time"

	"fieldkit/app"
	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Kit is one laptop with the officer in front of it.
type Kit struct {
	Label string

	w       *World
	app     *app.App
	unit    schema.ID
	officer schema.ID
	ahead   time.Duration // its clock before the right time
	away    bool          // there is no network where it is

	acts    *app.Activities
	booth   *app.Booth
	consult *app.Consultations
	digests *app.Digests
	homes   *app.Households
	linkage *app.Linkage
	meet    *app.Meetings
	results *app.Outcomes
	photos  *app.Photos
	posted  *app.Posts
	placed  *app.Placements
	plans   *app.Plans
	review  *app.Review
	stock   *app.Stock
	tallies *app.Tallies
	venues  *app.Venues
}

func (k *Kit) wall() time.Time { return k.w.clock.read().Add(k.ahead) }

// use finds the kit's services.
func (k *Kit) use(services map[string]any) {
	k.acts, k.booth, k.consult = services["Activities"].(*app.Activities), services["Booth"].(*app.Booth), services["Consultations"].(*app.Consultations)
	k.digests, k.homes, k.linkage = services["Digests"].(*app.Digests), services["Households"].(*app.Households), services["Linkage"].(*app.Linkage)
	k.meet, k.results, k.photos = services["Meetings"].(*app.Meetings), services["Outcomes"].(*app.Outcomes), services["Photos"].(*app.Photos)
	k.posted, k.placed, k.plans = services["Posts"].(*app.Posts), services["Placements"].(*app.Placements), services["Plans"].(*app.Plans)
	k.review, k.stock, k.tallies = services["Review"].(*app.Review), services["Stock"].(*app.Stock), services["Tallies"].(*app.Tallies)
	k.venues = services["Venues"].(*app.Venues)
}

// replica is the kit's own.
func (k *Kit) replica() *replica.Replica { return k.app.Replica() }

// write is one action of the officer for which the kit has no service yet.
func (k *Kit) write(ctx context.Context, fn func(tx *replica.Tx) error) error {
	return k.replica().Update(ctx, fn)
}

// created are the fields that every new row starts with.
func (k *Kit) created(tx *replica.Tx, values schema.Values) schema.Values {
	values["created_at"], values["created_by"], values["device_id"] = tx.Now().UnixMilli(), k.officer, tx.Replica()
	return values
}

// put writes a row, new or not.
func (k *Kit) put(tx *replica.Tx, table string, id schema.ID, values schema.Values) error {
	have, err := tx.Get(table, id)
	if err != nil {
		return err
	}
	if have == nil {
		k.created(tx, values)
	}
	return tx.Put(table, id, values)
}

// sync exchanges with the county over HTTP until both sides agree.
func (k *Kit) sync(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st, err := k.app.Services()["Sync"].(*app.Sync).Now()
	if err != nil {
		return fmt.Errorf("sync %s: %w", k.Label, err)
	}
	if !st.Last.OK || st.Last.Code != "" || st.Waiting > 0 {
		return fmt.Errorf("sync %s: %s (%s), %d wait", k.Label, st.Last.MessageEN, st.Last.Code, st.Waiting)
	}
	return nil
}

// bundle is what a kit would hand in on a stick: all that the county has not
// confirmed, oldest first.
func (k *Kit) bundle(ctx context.Context) ([][]byte, error) {
	r := k.replica()
	if err := r.Seal(ctx); err != nil {
		return nil, err
	}
	confirmed, err := r.Acknowledged(ctx)
	if err != nil {
		return nil, err
	}
	refs, err := r.Missing(ctx, confirmed, func(s changeset.Stream) bool { return s.Origin.Replica == r.ID() })
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, ref := range refs {
		raw, err := r.Changeset(ctx, ref.Stream, ref.Number)
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// material is the id of a material by its code.
func (w *World) material(code string) schema.ID { return model.MaterialID(w.realm, code) }

// partner is the id of a unit by its code.
func (w *World) partner(code string) schema.ID { return model.UnitID(w.realm, code) }

func (w *World) partnerIDs(codes []string) []schema.ID {
	var out []schema.ID
	for _, c := range codes {
		out = append(out, w.partner(c))
	}
	return out
}

// hand hands out so many of a material, as an officer does: by the handful, then one
// by one. A negative number is a correction.
func (k *Kit) hand(activity schema.ID, code string, n int64) error {
	material := k.w.material(code)
	for left := n; left != 0; {
		d := left
		if left > 0 {
			if d = 35 + (left*7)%16; left < 60 { // a handful, then what is left
				d = min(left, 20)
			}
			k.w.clock.pass(time.Minute)
		}
		if _, err := k.booth.Tap(activity, material, d); err != nil {
			return fmt.Errorf("%s hands out %d: %w", k.Label, d, err)
		}
		left -= d
	}
	return nil
}
