package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	person = "019cabf3-af40-7cf2-9ba4-0c3b59c98dae"
	tally  = "019cabf3-b8ea-70b4-a425-fca8e49956cb"
)

func workload() []string {
	line := func(at int, device, rest string) string {
		return fmt.Sprintf(`{"at":%d,"device":"%s",%s}`, 1772411400000+at*1000, device, rest)
	}
	return []string{
		line(0, "d01", `"op":"insert","table":"consultation","id":"`+person+`","set":{"name":"甲","phone":"12800000001","amount":5,"status":"已登记"}`),
		line(1, "d01", `"op":"insert","table":"handout","id":"`+tally+`","set":{"activity_id":"a","material_id":"m","count":0}`),
		line(2, "*", `"op":"sync"`),
		line(3, "d01", `"op":"update","table":"consultation","id":"`+person+`","set":{"amount":7}`),
		line(4, "d02", `"op":"update","table":"consultation","id":"`+person+`","set":{"status":"已劝阻"}`),
		line(5, "d01", `"op":"increment","table":"handout","id":"`+tally+`","col":"count","by":3`),
		line(6, "d02", `"op":"increment","table":"handout","id":"`+tally+`","col":"count","by":4`),
	}
}

func TestReplay(t *testing.T) {
	ops := write(t, "w.ops.jsonl", workload()...)
	final := write(t, "w.final.jsonl", `{"table":"consultation","id":"`+person+`","name":"甲","phone":"12800000001","amount":7,"status":"已劝阻"}`,
		`{"table":"handout","id":"`+tally+`","activity_id":"a","material_id":"m","count":7}`)
	for _, sealed := range []bool{false, true} {
		r, err := replay(context.Background(), ops, final, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Converged || r.Expected == nil || !*r.Expected || r.Ops != 6 || r.Rows != 2 || r.Replicas != 2 || r.WireBytes == 0 || r.HubBytes == 0 {
			t.Fatalf("sealed %v: %+v", sealed, r)
		}
		if sealed != (r.SealingCost != nil) || r.MergeEnd <= 0 {
			t.Fatalf("sealed %v: what it costs: %v, %v", sealed, r.SealingCost, r.MergeEnd)
		}
	}
	wrong := write(t, "x.final.jsonl", `{"table":"handout","id":"`+tally+`","count":8}`)
	if r, err := replay(context.Background(), ops, wrong, false); err != nil || *r.Expected {
		t.Fatalf("a wrong final row passes: %v", err)
	}
}

// A malformed workload is refused with its line, before anything is done.
func TestMalformedWorkloads(t *testing.T) {
	good := workload()[0]
	for name, bad := range map[string]string{
		"no JSON":           `{"at":`,
		"no time":           `{"device":"d01","op":"sync"}`,
		"unknown table":     strings.Replace(good, `"consultation"`, `"nothing"`, 1),
		"unknown column":    strings.Replace(good, `"amount"`, `"amounts"`, 1),
		"another type":      strings.Replace(good, `"amount":5`, `"amount":"5"`, 1),
		"malformed id":      strings.Replace(good, person, "1", 1),
		"unknown operation": strings.Replace(good, `"insert"`, `"upsert"`, 1),
		"no counter":        `{"at":5,"device":"d01","op":"increment","table":"handout","id":"` + tally + `","col":"material_id","by":1}`,
	} {
		_, err := replay(context.Background(), write(t, "bad.jsonl", good, bad), "", false)
		if err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := replay(context.Background(), write(t, "empty.jsonl", ""), "", false); err == nil {
		t.Error("an empty workload passes")
	}
}
