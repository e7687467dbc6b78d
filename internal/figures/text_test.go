package figures

import "testing"

func TestRound(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 99: "99", 100: "100", 5137: "5000余", 4932: "4000余", 862: "800余", 112: "100余", 1950: "1900余", 137: "130余",
		5000: "5000", 12860: "1.2万余", 10000: "1万", 10400: "1万余", 120000: "12万", 1286000: "120万余", 9999: "9000余", 125: "100余", 126: "120余", 199: "190余", 250: "200余", 251: "250余"} {
		if got := Round(n); got != want {
			t.Errorf("Round(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestMoney(t *testing.T) {
	for fen, want := range map[int64]string{80_765_000: "80余万元", 650_000: "6500元", 650_050: "6500.50元", 0: "0元", 1_000_000: "1万元", 1_000_001: "1余万元", 999_999: "9999.99元",
		10_000_000_000: "1亿元", 12_345_678_900: "1.23亿余元", 12_000_000_000: "1.2亿元", 10_000_000_001: "1亿余元", 9_999_999_999: "9999余万元"} {
		if got := Money(fen); got != want {
			t.Errorf("Money(%d) = %q, want %q", fen, got, want)
		}
	}
	for fen, want := range map[int64]string{80_765_000: "80.77", 80_764_999: "80.76", 0: "0.00", 5_000: "0.01", 4_999: "0.00"} {
		if got := Wan(fen); got != want {
			t.Errorf("Wan(%d) = %q, want %q", fen, got, want)
		}
	}
}

// The changes of domain.md, section 6.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		current, base int64
		want          string
	}{
		{8, 6, "上升33.3%"}, {5137, 4210, "上升22.0%"}, {6, 5, "上升20.0%"}, {862, 640, "上升34.7%"}, {112, 98, "上升14.3%"}, {80_765_000, 71_230_000, "上升13.4%"},
		{34, 29, "上升17.2%"}, {2, 1, "上升100.0%"}, {969, 764, "上升26.8%"}, {1, 1, "持平"}, {223, 201, "上升10.9%"}, {31, 27, "上升14.8%"}, {21_140_000, 19_280_000, "上升9.6%"},
		{11, 8, "上升37.5%"}, {5, 0, "上年同期为零"}, {0, 0, "上年同期为零"}, {95, 100, "下降5.0%"}, {0, 3, "下降100.0%"}, {10_004, 10_000, "持平"}, {9_995, 10_000, "持平"}, {9_994, 10_000, "下降0.1%"},
	} {
		if got := Compare(c.current, c.base, "上年同期"); got != c.want {
			t.Errorf("Compare(%d, %d) = %q, want %q", c.current, c.base, got, c.want)
		}
	}
	if got := CompareRates(973, 951); got != "上升2.2个百分点" {
		t.Error(got)
	}
	for _, c := range []struct{ of, base, want int64 }{{24, 26, 923}, {9846, 10120, 973}, {16, 18, 889}, {1, 3, 333}, {2, 3, 667}} {
		if got, ok := Rate(c.of, c.base); !ok || got != c.want {
			t.Errorf("Rate(%d, %d) = %d, want %d", c.of, c.base, got, c.want)
		}
	}
}

func TestBases(t *testing.T) {
	for _, c := range []struct{ from, to, yearFrom, yearTo, from2, to2, name string }{
		{"2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31", "", "", ""},
		{"2024-02-01", "2024-02-29", "2023-02-01", "2023-02-28", "2024-01-01", "2024-01-31", "上月"},
		{"2025-10-01", "2025-12-31", "2024-10-01", "2024-12-31", "2025-07-01", "2025-09-30", "上季度"},
		{"2025-01-01", "2025-03-31", "2024-01-01", "2024-03-31", "2024-10-01", "2024-12-31", "上季度"},
		{"2025-07-01", "2025-12-31", "2024-07-01", "2024-12-31", "2025-01-01", "2025-06-30", "上半期"},
		{"2025-02-01", "2025-04-30", "2024-02-01", "2024-04-30", "", "", ""},
		{"2025-01-05", "2025-01-20", "2024-01-05", "2024-01-20", "", "", ""},
	} {
		s := Scope{From: c.from, To: c.to}
		if y, err := YearBefore(s); err != nil || y.From != c.yearFrom || y.To != c.yearTo {
			t.Errorf("a year before %s–%s: %s–%s, %v", c.from, c.to, y.From, y.To, err)
		}
		if b, name, ok := Before(s); b.From != c.from2 || b.To != c.to2 || name != c.name || ok != (c.name != "") {
			t.Errorf("before %s–%s: %s–%s %q", c.from, c.to, b.From, b.To, name)
		}
	}
}
