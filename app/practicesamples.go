package app

import (
	"fmt"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// samples writes a morning's invented work through the services that officers use.
func (a *App) samples(r *replica.Replica, m *membership) error {
	s := a.session
	err := s.update(func(tx *replica.Tx) error {
		if err := model.Seed(tx, m.Realm); err != nil {
			return err
		}
		if err := tx.Put("unit", m.UnitID, s.created(tx, schema.Values{"code": "LXPCS", "name": "练习派出所（示例）", "short_name": "练习所", "department": "D02"})); err != nil {
			return err
		}
		if err := tx.Put("device", r.ID(), s.created(tx, schema.Values{"label": "练习", "owner_unit_id": m.UnitID, "state": "active"})); err != nil {
			return err
		}
		for i, name := range []string{"练习员甲", "练习员乙"} {
			number := fmt.Sprintf("%06d", i+1)
			if err := tx.Put("officer", model.OfficerID(m.Realm, "LXPCS", number), s.created(tx, schema.Values{"staff_no": number, "name": name, "initials": model.Initials(name), "unit_id": m.UnitID, "role": "police", "active": true})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	venues := NewVenues(s)
	for _, v := range []VenueForm{{Kind: "V09", Name: "示例广场", Town: "示例镇"}, {Kind: "V01", Name: "示例网吧", Town: "示例镇", LicenceNo: "SL0001", Seats: 60}, {Kind: "V02", Name: "示例银行营业部", Town: "示例镇"}} {
		if _, err := venues.Create(v); err != nil {
			return err
		}
	}
	booth := NewBooth(s)
	st, err := booth.Open(OpenBooth{Place: "示例广场（练习）", PartnerUnits: []schema.ID{model.UnitID(m.Realm, "YD"), model.UnitID(m.Realm, "NSH")}})
	if err != nil {
		return err
	}
	activity := st.Activity.ID
	for material, n := range map[string]int64{"FZXCD": 86, "LNXCC": 24, "SDJSK": 40} {
		if _, err := booth.Tap(activity, model.MaterialID(m.Realm, material), n); err != nil {
			return err
		}
	}
	consultations := NewConsultations(s)
	var last Consultation
	for _, f := range []ConsultationForm{
		{FraudType: "F01", Stage: "G1", AtRisk: "1.2w", Channels: []string{"H3", "H9"}, AgeBand: "A3", Outcome: "K2", PersonLabel: "示例女士", Indicators: []string{"app:示例任务大厅", "phone:12800000001"}, Advice: []string{"Z1", "Z5"}},
		{FraudType: "F04", Stage: "G2", AtRisk: "3000", Channels: []string{"H1", "H10"}, AgeBand: "A6", Outcome: "K2", PersonLabel: "示例大爷", Indicators: []string{"phone:12800000001", "url:fake.example/pay"}, Advice: []string{"Z1", "Z7"}},
		{FraudType: "F01", Stage: "G3", Loss: "8000", Channels: []string{"H3"}, AgeBand: "A4", Outcome: "K3", Indicators: []string{"app:示例任务大厅", "bank_account:6222000000000000"}, AlarmNo: "LX-001", Story: "练习用的案情：对方让先垫付再返利，转出 8000元 后联系不上。"},
		{FraudType: "F08", Stage: "G0", Channels: []string{"H1"}, AgeBand: "A7", Outcome: "K1", NoIndicator: true, Closed: true},
	} {
		f.ActivityID = activity
		if last, err = consultations.Save(f); err != nil {
			return err
		}
		if f.AlarmNo != "" {
			if _, err := NewLinkage(s).Stamp(last.ID, "call_police"); err != nil {
				return err
			}
			draft, err := NewDigests(s).Draft(last.ID)
			if err != nil {
				return err
			}
			if _, err := NewDigests(s).Save(draft); err != nil {
				return err
			}
		}
	}
	if _, err := NewDigests(s).AddSlogan("先垫付再返利，都是诈骗（示例）", schema.Nil); err != nil {
		return err
	}
	if _, err := NewPosts(s).Save(PostForm{Channel: "douyin", Title: "示例：刷单返利怎么骗人", URL: "https://v.douyin.com/sample/", Forwards: 12, Reads: 340}); err != nil {
		return err
	}
	meetings := NewMeetings(s)
	meeting, err := meetings.Create(MeetingForm{Place: "示例会议室", HostUnitID: model.UnitID(m.Realm, "WBXH")})
	if err != nil {
		return err
	}
	if meeting, err = meetings.ImportRoster(meeting.Activity.ID, []RosterRow{{Org: "示例网吧", Name: "示例业主甲", Licence: "SL0001"}, {Org: "示例电竞馆", Name: "示例业主乙", CreateVenue: true}}); err != nil {
		return err
	}
	if _, err := meetings.WalkIn(meeting.Activity.ID, RosterRow{Org: "示例网络会所", Name: "示例业主丙", CreateVenue: true}); err != nil {
		return err
	}
	if _, err := NewOutcomes(s).Save(OutcomeForm{Kind: "intercept", RefNo: "LX-000", Source: "booth", Averted: "12000"}); err != nil {
		return err
	}
	return nil
}
