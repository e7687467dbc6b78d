package model

// Names are what a county calls codes: the office's names over those as shipped.
type Names map[string]string // by "table.code", of codes that the office renamed or added

// Names are made once where many labels are asked for; Label looks through the tables each time.
func (s *Settings) Names() Names {
	n := Names{}
	for table, added := range s.Added {
		for _, c := range added {
			n[table+"."+c.Code] = c.ZH
		}
	}
	for key, name := range s.Labels {
		if name != "" {
			n[key] = name
		}
	}
	return n
}

// Label is what the county calls a code, also one that it has retired; the code itself when unknown.
func (n Names) Label(table, code string) string {
	if name, ok := n[table+"."+code]; ok {
		return name
	}
	return Label(table, code)
}
