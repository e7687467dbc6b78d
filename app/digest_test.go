package app

import (
	"strings"
	"testing"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func TestADigestLeavesOutWhatIsAPersons(t *testing.T) {
	l := newLaptop(t, "D1")
	c := l.saved(l.start("城关广场").Activity.ID, func(f *ConsultationForm) {
		f.PersonLabel, f.Consent, f.Phone = "王女士", true, "12800005678"
		f.Story = "事主王建国接到12800001234来电，点开https://fake.example/a，向6222021234567890128转出12,345元。"
	})
	g := NewDigests(l.s)
	draft, err := g.Draft(c.ID)
	l.must(err)
	whole := draft.Title + draft.Elements + draft.Article
	for _, secret := range []string{"王建国", "12800001234", "12800005678", "6222021234567890128", "https://", "12,345", "王女士"} {
		if strings.Contains(whole, secret) {
			t.Errorf("the draft holds %q: %s", secret, whole)
		}
	}
	saved, err := g.Save(draft)
	l.must(err)
	if saved.State != "draft" || len(saved.Blemishes) != 0 {
		t.Fatalf("%+v", saved)
	}
	released, err := g.SetState(saved.ID, "released")
	l.must(err)
	if released.ReleasedAt == 0 {
		t.Fatal("no time of release")
	}
	f := released.DigestForm
	f.Article += "详询12800001234。"
	changed, err := g.Save(f)
	l.must(err)
	if changed.State != "draft" || len(changed.Blemishes) != 1 {
		t.Fatalf("a changed digest is %s with %v", changed.State, changed.Blemishes)
	}
	if _, err := g.SetState(saved.ID, "released"); refusedField(t, err) != "article" {
		t.Fatal(err)
	}
	history, err := NewHistory(l.s).Of("case_digest", saved.ID)
	l.must(err)
	found := false
	for _, e := range history {
		found = found || e.Kind == "before" && e.Column == "article" && e.Text == released.Article
	}
	if !found {
		t.Fatal("the earlier article is not in the history")
	}
}

// Two people write at one digest at once: both paragraphs stay.
func TestDigestsBlend(t *testing.T) {
	all := fleet(t, "D1", "D2")
	g := NewDigests(all[0].s)
	saved, err := g.Save(DigestForm{Title: "刷单骗局", FraudTypes: []string{"F01"}, Elements: "中间一段。"})
	all[0].must(err)
	exchange(t, all)
	for i, add := range []func(string) string{func(s string) string { return "开头一段。" + s }, func(s string) string { return s + "结尾一段。" }} {
		service := NewDigests(all[i].s)
		now, err := service.Get(saved.ID)
		all[i].must(err)
		f := now.DigestForm
		f.Saw = &now.DigestForm
		f.Elements = add(f.Elements)
		_, err = service.Save(f)
		all[i].must(err)
	}
	exchange(t, all)
	now, err := NewDigests(all[1].s).Get(saved.ID)
	all[1].must(err)
	if now.Elements != "开头一段。中间一段。结尾一段。" {
		t.Fatal(now.Elements)
	}
	review := NewReview(all[1].s)
	list, err := review.Blended()
	all[1].must(err)
	if len(list) != 1 || len(list[0].Said) < 2 || list[0].Text != now.Elements {
		t.Fatalf("%+v", list)
	}
	if list, err = review.LookedAt("case_digest", saved.ID, "elements"); err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
}

// The note is ours: written beside somebody else's it keeps both, and a released digest stays so.
func TestADigestIsNotedAndVoided(t *testing.T) {
	l := newLaptop(t, "D1")
	g := NewDigests(l.s)
	saved, err := g.Save(DigestForm{Title: "刷单骗局", FraudTypes: []string{"F01"}, Elements: "经过。", Article: "短文。", Note: "备注。"})
	l.must(err)
	released, err := g.SetState(saved.ID, "released")
	l.must(err)
	for _, note := range []string{"备注。那边的。", "这边的。备注。"} {
		f := released.DigestForm
		f.Saw, f.Note = &released.DigestForm, note
		_, err = g.Save(f)
		l.must(err)
	}
	if now, err := g.Get(saved.ID); err != nil || now.Note != "这边的。备注。那边的。" || now.State != "released" {
		t.Fatalf("%+v, %v", now, err)
	}
	if _, err := g.Void(saved.ID, ""); refusedField(t, err) != "reason" {
		t.Fatal(err)
	}
	for _, on := range []bool{true, false} {
		if on {
			_, err = g.Void(saved.ID, "V1")
		} else {
			_, err = g.Restore(saved.ID)
		}
		l.must(err)
		for _, voided := range []bool{true, false} {
			list, err := g.List(DigestQuery{Voided: voided})
			l.must(err)
			if (len(list) == 1) != (voided == on) {
				t.Errorf("voided %v, listed as voided %v: %+v", on, voided, list)
			}
		}
	}
}

func TestSlogans(t *testing.T) {
	l := newLaptop(t, "D1")
	g := NewDigests(l.s)
	list, err := g.AddSlogan("先垫付再返利，都是诈骗", schema.Nil)
	l.must(err)
	for _, bad := range []string{"", strings.Repeat("长", 31), "加我12800001234", "两\n行", " 先垫付再返利，都是诈骗 "} {
		if _, err := g.AddSlogan(bad, schema.Nil); refusedField(t, err) != "text" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if list, err = g.VoidSlogan(list[0].ID, "V1"); err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
	if list, err = g.AddSlogan("先垫付再返利，都是诈骗", schema.Nil); err != nil || len(list) != 1 {
		t.Fatal("a voided slogan cannot be written again", err)
	}
	// taken back, it is as it was: what another laptop changed meanwhile stays
	id := list[0].ID
	if _, err = g.VoidSlogan(id, "V1"); err != nil {
		t.Fatal(err)
	}
	digest := schema.NewID(1)
	l.must(l.s.update(func(tx *replica.Tx) error { return tx.Put("slogan", id, schema.Values{"digest_id": digest}) }))
	if list, err = g.RestoreSlogan(id); err != nil || len(list) != 1 || list[0].ID != id || list[0].Digest.ID != digest {
		t.Errorf("restored: %+v, %v", list, err)
	}
	if _, err = g.RestoreSlogan(schema.NewID(1)); err == nil {
		t.Error("a slogan that is not there was restored")
	}
}

// X14 of the story: both laptops paste one post's link, one adds two forwards: it counts three.
func TestOnePostOnTwoLaptopsCountsOnce(t *testing.T) {
	all := fleet(t, "D1", "D2")
	share := "7.82 复制打开抖音，看看【青岚反诈】 https://v.douyin.com/AbC123/"
	for i, l := range all {
		p := NewPosts(l.s)
		link, err := p.Recognise(share)
		l.must(err)
		if link.Channel != "douyin" || link.Title != "青岚反诈" || link.Known != nil {
			t.Fatalf("%+v", link)
		}
		saved, err := p.Save(PostForm{Channel: link.Channel, Title: link.Title, URL: share})
		l.must(err)
		if i == 0 {
			_, err = p.Forward(saved.ID, 2)
			l.must(err)
		}
		if link, _ = p.Recognise(share); link.Known == nil {
			t.Fatal("a logged post is not recognised")
		}
		if _, err := p.Save(PostForm{Channel: "douyin", Title: "又一次", URL: share}); refusedField(t, err) != "url" {
			t.Fatal(err)
		}
	}
	exchange(t, all)
	for _, l := range all {
		page, err := NewPosts(l.s).List(PostQuery{})
		l.must(err)
		if page.Total != 1 || page.Count != 3 || page.SelfMedia != 3 {
			t.Fatalf("%+v", page)
		}
	}
	if _, err := NewPosts(all[1].s).Forward(mustPost(all[1]), -1); refusedField(t, err) != "forwards" {
		t.Fatal("another laptop's forwards were taken back")
	}
}

func mustPost(l *laptop) schema.ID {
	page, err := NewPosts(l.s).List(PostQuery{})
	l.must(err)
	return page.Items[0].ID
}

func TestPostsArePastedFromASpreadsheet(t *testing.T) {
	l := newLaptop(t, "D1")
	p := NewPosts(l.s)
	for name, tc := range map[string]struct {
		table string
		rows  int // 0: refused
		bad   int
		count int64
	}{
		"headings":    {"渠道\t标题\t链接\t转发次数\t阅读量\t发布时间\n抖音\t刷单骗局\thttps://v.douyin.com/A1/\t12\t1.2万\t2025-01-09\n微信群\t通知\t\t3\t\t2025/1/8 9:30\n", 2, 0, 17},
		"no headings": {"https://weibo.com/1/a\t刷单骗局\t5\n", 1, 0, 6},
		"formulas":    {"渠道\t标题\t链接\n抖音\t=HYPERLINK(\"x\")\t\n", 1, 0, 1},
		"emoji, rtl":  {"渠道\t标题\n抖音\t😀שלום‮反诈\n", 1, 0, 1},
		"bad channel": {"渠道\t标题\n火星\t你好\n", 1, 1, 0},
		"future":      {"渠道\t标题\t发布时间\n抖音\t你好\t2031-01-01\n", 1, 1, 0},
		"same twice":  {"渠道\t标题\t链接\n抖音\t一\thttps://v.douyin.com/B/\n抖音\t二\thttps://v.douyin.com/B\n", 2, 1, 1},
		"heads only":  {"渠道\t标题\n", 0, 0, 0},
		"nothing":     {" \n", 0, 0, 0},
		"too many":    {strings.Repeat("抖音\t标题\n", 2002), 0, 0, 0},
	} {
		got, err := p.ParsePaste(tc.table)
		if tc.rows == 0 {
			if refusedField(t, err) != "table" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		l.must(err)
		if len(got.Rows) != tc.rows || got.Problems != tc.bad || got.Count != tc.count {
			t.Errorf("%s: %d rows, %d bad, %d posts: %+v", name, len(got.Rows), got.Problems, got.Count, got.Rows)
		}
	}
	good, err := p.ParsePaste("渠道\t标题\t链接\n抖音\t刷单骗局\thttps://v.douyin.com/A1/\n微博\t另一条\thttps://weibo.com/1/b\n")
	l.must(err)
	before := l.state()
	if _, err := p.Import([]PostForm{good.Rows[0].Form, {Channel: "douyin"}}); err == nil || l.state() != before {
		t.Fatal("a bad row did not stop the import, or left something")
	}
	if n, err := p.Import([]PostForm{good.Rows[0].Form, good.Rows[1].Form}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
}
