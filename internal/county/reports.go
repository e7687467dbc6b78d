package county

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fieldkit/internal/report"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// ReportForm asks for a report.
type ReportForm struct {
	Kind  string   `json:"kind"` // R1, R2, R3
	From  string   `json:"from"` // local date, inclusive
	To    string   `json:"to"`
	Units []string `json:"units"` // the first one issues it; none: the county's police bureau
}

// ReportLine is a report in the list of earlier ones.
type ReportLine struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	From  string `json:"from"`
	To    string `json:"to"`
	Made  int64  `json:"made"` // Unix milliseconds
	By    string `json:"by"`
}

// ReportView is one report: its text, the figures it was frozen with, and what
// has changed since.
type ReportView struct {
	Line        ReportLine     `json:"line"`
	Text        string         `json:"text"` // as it lies in the record; sent back with an edit
	Sent        string         `json:"sent"` // after a save: the text of the blocks that were sent. Text may hold another editor's besides
	Blocks      []report.Block `json:"blocks"`
	Links       []report.Link  `json:"links"`
	Table       []report.Line  `json:"table"`
	BeforeName  string         `json:"before_name"` // "" where there is no 环比
	Charts      []report.Chart `json:"charts"`
	Definitions []report.Line  `json:"definitions"`
	Complete    string         `json:"complete"` // the completeness line
	Missing     []string       `json:"missing"`
	Late        []report.Late  `json:"late"` // 补报: what arrived after freezing
	CompleteNow string         `json:"completeness_now"`
	File        string         `json:"file"` // name of its files, without an ending
	At          int64          `json:"at"`   // the server's clock
}

// asReportError turns a report's problem into what the dashboard shows.
func asReportError(err error) error {
	var p *report.Problem
	if errors.As(err, &p) {
		return userError(p.Code, "", p.Message, p.MessageEN)
	}
	return asUser(err)
}

// asUserError is the sentence of an error that is meant for the office.
func asUserError(err error) (string, bool) {
	var user *rpc.UserError
	if errors.As(err, &user) {
		return user.Message, true
	}
	return "", false
}

// kits are the computers as a report's completeness line needs them.
func (c *County) kits(ctx context.Context) ([]report.Kit, error) {
	names, err := c.names(ctx)
	if err != nil {
		return nil, err
	}
	devices, err := c.deviceList(ctx, names)
	if err != nil {
		return nil, err
	}
	list := []report.Kit{}
	for _, d := range devices {
		list = append(list, report.Kit{Label: d.Label, Unit: d.Unit, LastSeen: d.LastSeen, Waiting: d.Waiting, State: d.State})
	}
	return list, nil
}

// Report freezes a report, keeps it and returns its id.
func (c *County) Report(ctx context.Context, actor string, f ReportForm) (schema.ID, *report.Draft, string, error) {
	q := report.Request{Kind: f.Kind, From: f.From, To: f.To, County: c.name, Kept: c.counted, Now: time.UnixMilli(c.store.now()), By: actor}
	for _, text := range f.Units {
		id, err := parseID(text)
		if err != nil {
			return schema.Nil, nil, "", err
		}
		q.Units = append(q.Units, id)
	}
	var err error
	if q.Kits, err = c.kits(ctx); err != nil {
		return schema.Nil, nil, "", err
	}
	d, text, err := report.Build(ctx, c.replica, q)
	if err != nil {
		return schema.Nil, nil, "", asReportError(err)
	}
	id, err := c.keepReport(ctx, d, text)
	return id, d, text, err
}

// keepReport writes a report_run.
func (c *County) keepReport(ctx context.Context, d *report.Draft, text string) (id schema.ID, err error) {
	figures, settings, err := d.Keep()
	if err != nil {
		return schema.Nil, fmt.Errorf("keep a report: %w", err)
	}
	err = c.replica.Update(ctx, func(tx *replicaTx) error {
		id = tx.NewID()
		values := created(tx, c.replica.ID())
		values["kind"], values["from_on"], values["to_on"], values["figures"], values["settings"] = d.Kind, d.From, d.To, figures, settings
		if len(d.Units) > 0 {
			unit, err := schema.ParseID(d.Units[0])
			if err != nil {
				return err
			}
			values["unit_id"] = unit
		}
		if err := tx.Put("report_run", id, values); err != nil {
			return err
		}
		return tx.Edit("report_run", id, "text", "", text)
	})
	if err != nil {
		return schema.Nil, fmt.Errorf("keep a report: %w", err)
	}
	return id, nil
}

// kept reads a report.
func (c *County) kept(ctx context.Context, id string) (schema.ID, *report.Draft, string, error) {
	key, err := parseID(id)
	if err != nil {
		return key, nil, "", err
	}
	row, err := c.replica.Get(ctx, "report_run", key)
	if err != nil {
		return key, nil, "", err
	}
	if row == nil {
		return key, nil, "", userError("report_gone", "", "没有这份报告，请回到报告列表。", "There is no such report; go back to the list.")
	}
	d, err := report.Kept(row.Text("figures"), row.Text("settings"))
	return key, d, row.Text("text"), err
}

// reportView is a report as its page shows it; now is the same counted a moment ago, nil
// to have it counted.
func (c *County) reportView(ctx context.Context, id schema.ID, d, now *report.Draft, text string) (ReportView, error) {
	v := ReportView{Line: reportLine(id, d, text), Text: text, Blocks: report.Parse(text, d.Show), Links: d.Links(text), Table: d.Table(), BeforeName: d.BeforeName,
		Charts: d.Charts, Definitions: d.Definitions(text), Complete: d.Complete.Line(), Missing: d.Complete.Missing, Late: []report.Late{}, File: d.FileName(), At: c.store.now()}
	if now == nil {
		var err error
		if now, err = c.again(ctx, d); err != nil {
			var p *report.Problem
			if errors.As(err, &p) {
				return v, nil // everything was voided since: nothing to compare with
			}
			return v, err
		}
	}
	v.Late, v.CompleteNow = report.Difference(d, now), now.Complete.Line()
	return v, nil
}

// again counts a report's figures as the records stand now.
func (c *County) again(ctx context.Context, d *report.Draft) (*report.Draft, error) {
	kits, err := c.kits(ctx)
	if err != nil {
		return nil, err
	}
	return d.Again(ctx, c.replica, kits, c.counted, time.UnixMilli(c.store.now()))
}

func reportLine(id schema.ID, d *report.Draft, text string) ReportLine {
	l := ReportLine{ID: id.String(), Kind: d.Kind, Title: d.Title(), From: d.From, To: d.To, Made: d.Made, By: d.By}
	for _, b := range report.Parse(text, nil) {
		if b.Kind == report.Title {
			l.Title = b.Text()
		}
	}
	return l
}

// DraftReport counts the figures, freezes them and writes the first text.
func (s *Service) DraftReport(ctx context.Context, f ReportForm) (ReportView, error) {
	v, err := editor(ctx)
	if err != nil {
		return ReportView{}, err
	}
	id, d, text, err := s.c.Report(ctx, v.account.Display, f)
	if err != nil {
		return ReportView{}, err
	}
	if err := s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "report_made", Subject: d.Title(), Address: v.address}); err != nil {
		return ReportView{}, err
	}
	return s.c.reportView(ctx, id, d, d, text)
}

// Reports lists the reports made so far, the newest first.
func (s *Service) Reports(ctx context.Context) ([]ReportLine, error) {
	list := []ReportLine{}
	if _, err := signedIn(ctx); err != nil {
		return list, err
	}
	err := s.c.replica.Each(ctx, "report_run", "ORDER BY created_at DESC, id DESC LIMIT 200", nil, func(row *replicaRow) error {
		d, err := report.Kept(row.Text("figures"), row.Text("settings"))
		if err != nil {
			return err
		}
		list = append(list, reportLine(row.ID, d, row.Text("text")))
		return nil
	})
	return list, err
}

// Report opens one, with what arrived since it was frozen.
func (s *Service) Report(ctx context.Context, id string) (ReportView, error) {
	if _, err := signedIn(ctx); err != nil {
		return ReportView{}, err
	}
	key, d, text, err := s.c.kept(ctx, id)
	if err != nil {
		return ReportView{}, err
	}
	return s.c.reportView(ctx, key, d, nil, text)
}

// SaveReport writes the edited text; saw is the text that the editor began with,
// so that two people's edits both stay. The next save's saw is what was sent: what
// another editor wrote meanwhile is not on this one's page yet.
func (s *Service) SaveReport(ctx context.Context, id, saw string, blocks []report.Block) (ReportView, error) {
	if _, err := editor(ctx); err != nil {
		return ReportView{}, err
	}
	key, d, _, err := s.c.kept(ctx, id)
	if err != nil {
		return ReportView{}, err
	}
	sent := report.Format(blocks)
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		return tx.Edit("report_run", key, "text", saw, sent)
	})
	if err != nil {
		return ReportView{}, err
	}
	_, _, text, err := s.c.kept(ctx, id)
	if err != nil {
		return ReportView{}, err
	}
	view, err := s.c.reportView(ctx, key, d, nil, text)
	view.Sent = sent
	return view, err
}

// maxSentence bounds what is put into a report at once.
const maxSentence = 500 // characters

// AddSentence puts a finding's sentence at the end of a report's text.
func (s *Service) AddSentence(ctx context.Context, id, sentence string) (ReportLine, error) {
	v, err := editor(ctx)
	if err != nil {
		return ReportLine{}, err
	}
	if sentence = strings.TrimSpace(sentence); sentence == "" || utf8.RuneCountInString(sentence) > maxSentence {
		return ReportLine{}, userError("sentence", "", "这句话是空的，或超过 500 字，没有放进报告。", "The sentence is empty or longer than 500 characters; nothing was added.")
	}
	key, d, text, err := s.c.kept(ctx, id)
	if err != nil {
		return ReportLine{}, err
	}
	blocks := append(report.Parse(text, nil), report.Block{Kind: report.Paragraph, Runs: []report.Run{{Text: sentence}}})
	err = s.c.replica.Update(ctx, func(tx *replicaTx) error {
		return tx.Edit("report_run", key, "text", text, report.Format(blocks))
	})
	if err != nil {
		return ReportLine{}, err
	}
	line := reportLine(key, d, text)
	return line, s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "report_edited", Subject: line.Title, Address: v.address})
}

// RefreshReport makes a new report of the records as they stand now: the edited
// text stays, its linked figures follow; the earlier report is kept.
func (s *Service) RefreshReport(ctx context.Context, id string) (ReportView, error) {
	v, err := editor(ctx)
	if err != nil {
		return ReportView{}, err
	}
	_, d, text, err := s.c.kept(ctx, id)
	if err != nil {
		return ReportView{}, err
	}
	now, err := s.c.again(ctx, d)
	if err != nil {
		return ReportView{}, asReportError(err)
	}
	now.By = v.account.Display
	text = report.Relink(text, d, now)
	key, err := s.c.keepReport(ctx, now, text)
	if err != nil {
		return ReportView{}, err
	}
	if err := s.c.store.record(ctx, entry{Actor: v.account.Name, Action: "report_made", Subject: now.Title(), Address: v.address}); err != nil {
		return ReportView{}, err
	}
	return s.c.reportView(ctx, key, now, now, text)
}
