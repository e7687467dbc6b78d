package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// linksOf are the live links of a consultation by the indicator they name.
func linksOf(tx *replica.Tx, consultation schema.ID) (map[schema.ID]*replica.Row, error) {
	rows, err := tx.Select("consultation_indicator", "WHERE consultation_id = ?", consultation)
	if err != nil {
		return nil, err
	}
	out := map[schema.ID]*replica.Row{}
	for _, row := range rows {
		if !voided(row) {
			out[row.Ref("indicator_id")] = row
		}
	}
	return out, nil
}

// linkIndicators makes a consultation name exactly these indicators. A new one is
// registered; the link to one taken out is voided, the indicator itself stays.
func (s *Session) linkIndicators(tx *replica.Tx, consultation schema.ID, keys []string, fraudType string) error {
	r, err := s.open()
	if err != nil {
		return err
	}
	have, err := linksOf(tx, consultation)
	if err != nil {
		return err
	}
	for _, key := range keys {
		i, err := model.IndicatorOf(key)
		if err != nil {
			return err
		}
		id := model.IndicatorID(r.Realm(), i.Kind, i.Value)
		if err := s.register(tx, id, i, fraudType); err != nil {
			return err
		}
		if _, linked := have[id]; linked {
			delete(have, id)
			continue
		}
		link := model.ConsultationIndicatorID(r.Realm(), consultation, id)
		values := schema.Values{"role": i.DefaultRole()}
		if old, err := tx.Get("consultation_indicator", link); err != nil {
			return err
		} else if old == nil {
			values["consultation_id"], values["indicator_id"] = consultation, id
			s.created(tx, values)
		} else {
			values = schema.Values{"voided": nil}
		}
		if err := tx.Put("consultation_indicator", link, values); err != nil {
			return err
		}
	}
	for _, row := range have {
		if err := s.setVoid(tx, "consultation_indicator", row.ID, true, "V1"); err != nil {
			return err
		}
	}
	return nil
}

// register makes sure that an indicator exists and knows the type of fraud.
func (s *Session) register(tx *replica.Tx, id schema.ID, i model.Indicator, fraudType string) error {
	row, err := tx.Get("indicator", id)
	if err != nil {
		return err
	}
	if row == nil {
		if err := tx.Put("indicator", id, s.created(tx, schema.Values{"kind": i.Kind, "value": i.Value, "status": "reported"})); err != nil {
			return err
		}
	}
	if fraudType == "" || fraudType == "F99" || row != nil && slices.Contains(row.Strings("fraud_types"), fraudType) {
		return nil
	}
	return tx.Include("indicator", id, "fraud_types", fraudType)
}

// indicatorKeys are the indicators that consultations name, by consultation.
func indicatorKeys(r *replica.Replica, consultations []schema.ID) (map[schema.ID][]string, error) {
	out := map[schema.ID][]string{}
	for page := range slices.Chunk(consultations, 500) {
		marks, args := in(page)
		rows, err := r.Query(context.Background(), linkedSQL+marks+") AND coalesce(json_extract(ci.voided, '$.on'), 0) = 0 ORDER BY ci.created_at, ci.id", args...)
		if err != nil {
			return nil, fmt.Errorf("list indicators: %w", err)
		}
		for rows.Next() {
			var id schema.ID
			var i model.Indicator
			if err := rows.Scan(&id, &i.Kind, &i.Value); err != nil {
				rows.Close()
				return nil, fmt.Errorf("list indicators: %w", err)
			}
			out[id] = append(out[id], i.Key())
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("list indicators: %w", err)
		}
	}
	return out, nil
}

const linkedSQL = `SELECT ci.consultation_id, i.kind, i.value FROM consultation_indicator ci JOIN indicator i ON i.id = ci.indicator_id WHERE ci.consultation_id IN (`

// indicatorKeysIn is indicatorKeys of one consultation as a transaction sees it.
func indicatorKeysIn(tx *replica.Tx, consultation schema.ID) ([]string, error) {
	links, err := linksOf(tx, consultation)
	if err != nil {
		return nil, err
	}
	var keys []string
	for id := range links {
		row, err := tx.Get("indicator", id)
		if err != nil {
			return nil, err
		}
		if row != nil {
			keys = append(keys, model.Indicator{Kind: row.Text("kind"), Value: row.Text("value")}.Key())
		}
	}
	slices.Sort(keys)
	return keys, nil
}

func elementsOK(c *Consultation) bool {
	m := model.Consultation{FraudType: c.FraudType, Channels: c.Channels, Stage: c.Stage, AtRiskFen: c.AtRiskFen, LossFen: c.LossFen, AgeBand: c.AgeBand,
		Outcome: c.Outcome, NoIndicator: c.NoIndicator, Indicators: c.Indicators}
	return m.ElementsOK()
}
