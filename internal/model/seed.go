package model

import (
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// Material is a kind of printed matter or gift that counties commonly hand out.
type Material struct {
	Code, Group, Name string
	Hotkey            int // 1–9, 0 none
}

// SeedMaterials are the materials that a new county starts with.
var SeedMaterials = []Material{
	{"FZXCD", "leaflet", "防诈宣传单", 1},
	{"LNXCC", "brochure", "老年版宣传册", 2},
	{"SDJSK", "leaflet", "刷单警示卡", 3},
	{"FZHB", "poster", "反诈海报", 4},
	{"BYT", "slogan_strip", "标语条", 5},
	{"GWD", "gift", "环保购物袋", 6},
}

// Partner is a unit that outreach is commonly done with.
type Partner struct {
	Code, Name, Short, Department string
}

// SeedPartners are the partner units that a new county starts with.
var SeedPartners = []Partner{
	{"YD", "中国移动县分公司", "移动", "D04"},
	{"LT", "中国联通县分公司", "联通", "D05"},
	{"DX", "中国电信县分公司", "电信", "D06"},
	{"TGB", "通信管理办公室", "通管办", "D08"},
	{"NSH", "农村商业银行", "农商行", "D09"},
	{"YZ", "邮政储蓄银行", "邮储", "D09"},
	{"WBXH", "网吧行业协会", "网吧协会", "D12"},
	{"JYJ", "县教育局", "教育局", "D13"},
	{"CGZ", "城关镇人民政府", "城关镇", "D14"},
}

// Seed writes them into a new county.
func Seed(tx *replica.Tx, realm schema.ID) error {
	now := tx.Now().UnixMilli()
	for _, m := range SeedMaterials {
		if err := tx.Put("material", MaterialID(realm, m.Code), schema.Values{"created_at": now, "device_id": tx.Replica(),
			"code": m.Code, "group": m.Group, "name": m.Name, "hotkey": m.Hotkey}); err != nil {
			return err
		}
	}
	for _, p := range SeedPartners {
		if err := tx.Put("unit", UnitID(realm, p.Code), schema.Values{"created_at": now, "device_id": tx.Replica(),
			"code": p.Code, "name": p.Name, "short_name": p.Short, "department": p.Department}); err != nil {
			return err
		}
	}
	return nil
}
