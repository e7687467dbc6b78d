package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fieldkit/internal/model"
)

// Kit is a laptop as the county knows it.
type Kit struct {
	Label    string `json:"label"`
	Unit     string `json:"unit"`
	LastSeen int64  `json:"last_seen"` // ms; 0: never
	Waiting  int64  `json:"waiting"`   // records that it told of and did not hand in yet
	State    string `json:"state"`     // active, lost, retired
}

// Completeness says which kits are in, and up to when.
type Completeness struct {
	At      int64    `json:"at"` // ms
	Kits    int      `json:"kits"`
	In      int      `json:"in"`
	Missing []string `json:"missing"` // one phrase a kit: D4（岭口派出所，最近同步12月6日）
}

// complete judges the kits in use: one is in when it synced after the period's
// end, or on the day of the report while the period runs, and has nothing waiting.
func complete(kits []Kit, last, now time.Time) Completeness {
	c := Completeness{At: now.UnixMilli(), Missing: []string{}}
	due := last.AddDate(0, 0, 1)
	if today := now.In(model.Location); due.After(today) {
		due = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, model.Location)
	}
	for _, k := range kits {
		if k.State == "retired" {
			continue
		}
		c.Kits++
		why := ""
		switch seen := time.UnixMilli(k.LastSeen).In(model.Location); {
		case k.State == "lost":
			why = "已报丢失"
		case k.LastSeen == 0:
			why = "从未同步"
		case k.Waiting > 0:
			why = fmt.Sprintf("还有%d条待传", k.Waiting)
		case seen.Before(due):
			why = fmt.Sprintf("最近同步%d月%d日", seen.Month(), seen.Day())
			if seen.Year() != now.In(model.Location).Year() {
				why = "最近同步" + longDate(seen)
			}
		}
		if why == "" {
			c.In++
			continue
		}
		name := k.Label
		if name == "" {
			name = "未命名电脑"
		}
		if k.Unit != "" {
			why = k.Unit + "，" + why
		}
		c.Missing = append(c.Missing, name+"（"+why+"）")
	}
	slices.Sort(c.Missing)
	return c
}

// Line is the sentence under the report.
func (c *Completeness) Line() string {
	at := time.UnixMilli(c.At).In(model.Location)
	text := fmt.Sprintf("数据截至%s%s", longDate(at), at.Format("15:04"))
	switch {
	case c.Kits == 0:
		return text + "。"
	case len(c.Missing) == 0:
		return text + fmt.Sprintf("，%d台电脑的记录全部到齐。", c.Kits)
	}
	return text + fmt.Sprintf("，%d台电脑中%d台已到齐；未到齐：%s。", c.Kits, c.In, strings.Join(c.Missing, "、"))
}
