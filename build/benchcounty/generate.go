package main

import (
	"context"
	"crypto/ed25519"
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"time"

	"fieldkit/internal/county"
	"fieldkit/internal/enrolment"
	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

const (
	password = "benchmark-county-2025"
	kits     = 100
	units    = 40
	firstDay = "2024-01-01"
	days     = 731 // 2024 and 2025
	batch    = 5_000
)

// world is a county as large as a year of a large prefecture, all invented.
type world struct {
	realm       schema.ID
	units, kits []schema.ID
	officers    []schema.ID
	venues      []schema.ID
	materials   []schema.ID
	indicators  []schema.ID
	start       time.Time
	rnd         *rand.Rand
}

// generate fills a new county in dir with rows as the engine writes them: clocks,
// sealed fields, signed changesets. The rows name 100 kits as their computers.
func generate(ctx context.Context, dir string, consultations, activities int) error {
	start, err := time.ParseInLocation("2006-01-02", firstDay, model.Location)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := county.Init(ctx, dir, county.InitOptions{Name: "青岚县", Password: password}); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c, err := county.Open(ctx, dir, county.Options{Addresses: []string{"https://" + listener.Addr().String()}})
	if err != nil {
		return err
	}
	defer c.Close()
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- c.Serve(serving, listener, nil) }()
	defer func() { stop(); <-served }()
	w := &world{realm: c.Realm(), start: start, rnd: rand.New(rand.NewPCG(2025, 12))}
	if err := w.registers(ctx, c); err != nil {
		return fmt.Errorf("registers: %w", err)
	}
	list, err := w.activities(ctx, c.Replica(), activities)
	if err != nil {
		return fmt.Errorf("activities: %w", err)
	}
	fmt.Printf("%d activities after %.0f s\n", activities, time.Since(began).Seconds())
	for done := 0; done < consultations; done += batch {
		if err := w.consultations(ctx, c.Replica(), list, min(batch, consultations-done)); err != nil {
			return fmt.Errorf("consultations: %w", err)
		}
		if done%50_000 == 0 {
			if err := c.Replica().Seal(ctx); err != nil { // a journal of a million rows is not what a county has
				return err
			}
		}
		if done%100_000 == 0 {
			fmt.Printf("%d consultations after %.0f s\n", done, time.Since(began).Seconds())
		}
	}
	if err := c.Replica().Seal(ctx); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "complete"), fmt.Appendf(nil, "%d %d", consultations, activities), 0o600)
}

func (w *world) registers(ctx context.Context, c *county.County) error {
	for i := range units {
		u, err := c.AddUnit(ctx, "bench", county.UnitForm{Code: fmt.Sprintf("U%02d", i), Name: fmt.Sprintf("第%02d派出所", i), ShortName: fmt.Sprintf("%02d所", i), Department: []string{"D02", "D03", "D09"}[i%3]})
		if err != nil {
			return err
		}
		id, err := schema.ParseID(u.ID)
		if err != nil {
			return err
		}
		w.units = append(w.units, id)
	}
	err := c.Replica().Update(ctx, func(tx *replica.Tx) error {
		settings := model.DefaultSettings()
		for i := range 16 {
			settings.Towns = append(settings.Towns, fmt.Sprintf("%02d镇", i))
		}
		if err := settings.Put(tx, w.realm); err != nil {
			return err
		}
		for _, m := range model.SeedMaterials {
			w.materials = append(w.materials, model.MaterialID(w.realm, m.Code))
		}
		for i := range 400 {
			id := model.OfficerID(w.realm, "U", fmt.Sprint(i))
			w.officers = append(w.officers, id)
			if err := w.put(tx, "officer", id, schema.Values{"staff_no": fmt.Sprint(i), "name": fmt.Sprint("民警", i), "unit_id": w.units[i%units], "role": "police", "active": true}); err != nil {
				return err
			}
		}
		for i := range 1_000 {
			town := fmt.Sprintf("%02d镇", i%16)
			id := model.VenueID(w.realm, "V09", town, fmt.Sprint("广场", i))
			w.venues = append(w.venues, id)
			if err := w.put(tx, "venue", id, schema.Values{"kind": "V09", "name": fmt.Sprint("广场", i), "town": town, "state": "open"}); err != nil {
				return err
			}
		}
		for i := range 5_000 {
			id := model.IndicatorID(w.realm, "phone", fmt.Sprintf("12%09d", i))
			w.indicators = append(w.indicators, id)
			if err := w.put(tx, "indicator", id, schema.Values{"kind": "phone", "value": fmt.Sprintf("12%09d", i), "status": "reported"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range kits {
		if err := w.enrol(ctx, c, i); err != nil {
			return err
		}
	}
	return nil
}

// enrol joins a kit as one joins: with a code, over TLS.
func (w *world) enrol(ctx context.Context, c *county.County, i int) error {
	unit := fmt.Sprintf("U%02d", i%units)
	issued, err := c.IssueCode(ctx, "bench", county.CodeForm{Unit: county.UnitForm{Code: unit, Name: unit, Department: "D02"}, Label: fmt.Sprint("D", i)})
	if err != nil {
		return err
	}
	code, err := enrolment.Parse(issued.Text)
	if err != nil {
		return err
	}
	public, private, err := ed25519.GenerateKey(crand.Reader)
	if err != nil {
		return err
	}
	id := schema.NewID(w.start.UnixMilli() + int64(i))
	w.kits = append(w.kits, id)
	_, err = enrolment.Join(ctx, code, enrolment.Request{DeviceID: id, PublicKey: public, Label: fmt.Sprint("D", i), Version: "bench",
		Sign: func(message []byte) []byte { return ed25519.Sign(private, message) }})
	return err
}

func (w *world) put(tx *replica.Tx, table string, id schema.ID, values schema.Values) error {
	values["created_at"], values["device_id"] = tx.Now().UnixMilli(), tx.Replica()
	return tx.Put(table, id, values)
}

type activity struct {
	id   schema.ID
	at   int64 // ms
	unit int
}

func (w *world) activities(ctx context.Context, r *replica.Replica, n int) ([]activity, error) {
	list := make([]activity, n)
	kinds := []string{"street", "street", "street", "lecture", "household", "counter_day", "desk_shift", "desk_shift", "cafe_meeting", "training"}
	for done := 0; done < n; done += batch {
		err := r.Update(ctx, func(tx *replica.Tx) error {
			for i := done; i < min(done+batch, n); i++ {
				at := w.start.AddDate(0, 0, i%days).Add(time.Duration(8+i%9) * time.Hour).UnixMilli()
				a := activity{tx.NewID(), at, w.rnd.IntN(units)}
				list[i] = a
				kit := w.kits[w.rnd.IntN(kits)]
				kind := kinds[w.rnd.IntN(len(kinds))]
				if err := tx.Put("activity", a.id, schema.Values{"created_at": at, "device_id": kit, "kind": kind, "state": "done", "start_at": at, "end_at": at + 3*3600_000,
					"lead_unit_id": w.units[a.unit], "venue_id": w.venues[w.rnd.IntN(len(w.venues))], "heads_stated": w.rnd.IntN(300)}); err != nil {
					return err
				}
				if err := tx.Include("activity", a.id, "partner_units", w.units[w.rnd.IntN(units)].String(), w.units[w.rnd.IntN(units)].String()); err != nil {
					return err
				}
				for m := range 1 + i%2 {
					id := model.HandoutID(w.realm, a.id, w.materials[m])
					if err := tx.Put("handout", id, schema.Values{"created_at": at, "device_id": kit, "activity_id": a.id, "material_id": w.materials[m]}); err != nil {
						return err
					}
					if err := tx.Add("handout", id, "qty", int64(w.rnd.IntN(250))); err != nil {
						return err
					}
				}
				if i%10 == 0 {
					on := model.Date(time.UnixMilli(at))
					if err := tx.Put("outcome", tx.NewID(), schema.Values{"created_at": at, "device_id": kit, "kind": "intercept", "ref_no": fmt.Sprint("QL", i), "occurred_on": on, "source": "visit",
						"averted_fen": int64(w.rnd.IntN(5_000_000)), "lead_unit_id": w.units[a.unit]}); err != nil {
						return err
					}
					if err := tx.Put("post", tx.NewID(), schema.Values{"created_at": at, "device_id": kit, "channel": "douyin", "posted_at": at, "title": fmt.Sprint("提醒", i), "unit_id": w.units[a.unit], "purpose": "warning"}); err != nil {
						return err
					}
				}
				if kind == "cafe_meeting" {
					for p := range 4 {
						id := model.AttendanceID(w.realm, a.id, "org", fmt.Sprint("业主", p), 1)
						if err := tx.Put("attendance", id, schema.Values{"created_at": at, "device_id": kit, "activity_id": a.id, "person_name": fmt.Sprint("业主", p), "venue_id": w.venues[w.rnd.IntN(len(w.venues))], "role": "cafe_owner", "source": "roster"}); err != nil {
							return err
						}
						if err := tx.Include("attendance", id, "sign_ins", fmt.Sprint("d@", at)); err != nil {
							return err
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, r.Seal(ctx)
}

func (w *world) consultations(ctx context.Context, r *replica.Replica, list []activity, n int) error {
	types := []string{"F01", "F01", "F01", "F01", "F04", "F04", "F04", "F02", "F02", "F05", "F05", "F10", "F24", "F21", "F03", "F08", "F07", "F06", "F27", "F99"}
	stages := []string{"G0", "G0", "G1", "G1", "G2", "G3"}
	return r.Update(ctx, func(tx *replica.Tx) error {
		for range n {
			a := &list[w.rnd.IntN(len(list))]
			at := a.at + w.rnd.Int64N(3*3600_000)
			id := schema.NewID(at)
			stage := stages[w.rnd.IntN(len(stages))]
			values := schema.Values{"created_at": at, "device_id": w.kits[w.rnd.IntN(kits)], "activity_id": a.id, "source": "walk_in", "occurred_at": at, "officer_id": w.officers[w.rnd.IntN(len(w.officers))],
				"fraud_type": types[w.rnd.IntN(len(types))], "stage": stage, "age_band": fmt.Sprintf("A%d", 1+w.rnd.IntN(7)), "outcome": "K1", "town": fmt.Sprintf("%02d镇", w.rnd.IntN(16))}
			switch stage {
			case "G1", "G2":
				values["at_risk_fen"] = w.rnd.Int64N(10_000_000)
			case "G3":
				values["loss_fen"] = w.rnd.Int64N(10_000_000)
			}
			if w.rnd.IntN(4) == 0 {
				values["person_label"], values["story"] = "王女士", "有人自称客服，说会员到期要退款，让她下载软件共享屏幕。"
			}
			if err := tx.Put("consultation", id, values); err != nil {
				return err
			}
			if err := tx.Include("consultation", id, "channels", "H1"); err != nil {
				return err
			}
			if w.rnd.IntN(50) == 0 {
				indicator := w.indicators[w.rnd.IntN(len(w.indicators))]
				link := model.ConsultationIndicatorID(w.realm, id, indicator)
				if err := tx.Put("consultation_indicator", link, schema.Values{"created_at": at, "device_id": tx.Replica(), "consultation_id": id, "indicator_id": indicator, "role": "contacted_by"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
