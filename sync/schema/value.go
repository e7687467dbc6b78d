package schema

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Values are the columns of a row by name. A missing column is not written; a
// nil is NULL.
type Values map[string]any

// Normalize brings a value into the column's one Go form — string, int64,
// []byte, ID or nil — or says why it does not fit. Sets and counters have no
// plain value and are refused.
func (c *Column) Normalize(v any) (any, error) {
	if c.Kind == Counter || c.Kind == Set {
		return nil, fmt.Errorf("column %s is a %s: it is not assigned but added to", c.Name, c.Kind)
	}
	if v == nil {
		return nil, nil
	}
	switch c.Type {
	case Text, JSON:
		s, ok := v.(string)
		if !ok {
			break
		}
		if len(s) > MaxValue {
			return nil, fmt.Errorf("column %s: %d bytes are more than %d", c.Name, len(s), MaxValue)
		}
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("column %s: not valid UTF-8", c.Name)
		}
		if c.Type == JSON && !json.Valid([]byte(s)) {
			return nil, fmt.Errorf("column %s: not valid JSON", c.Name)
		}
		return s, nil
	case Int:
		switch n := v.(type) {
		case int:
			return int64(n), nil
		case int64:
			return n, nil
		}
	case Bool:
		switch b := v.(type) {
		case bool:
			if b {
				return int64(1), nil
			}
			return int64(0), nil
		case int64:
			if b == 0 || b == 1 {
				return b, nil
			}
		}
	case Bytes:
		if b, ok := v.([]byte); ok {
			if len(b) > MaxValue {
				return nil, fmt.Errorf("column %s: %d bytes are more than %d", c.Name, len(b), MaxValue)
			}
			return b, nil
		}
	case Ref:
		switch id := v.(type) {
		case ID:
			if id.IsNil() {
				return nil, nil
			}
			return id, nil
		case []byte:
			if len(id) == 16 {
				return ID(id), nil
			}
		}
	}
	return nil, fmt.Errorf("column %s cannot hold a %T", c.Name, v)
}
