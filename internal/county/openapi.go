package county

import (
	"slices"

	"fieldkit/internal/figures"
	"fieldkit/internal/model"
	"fieldkit/sync/schema"
)

type object = map[string]any

// openAPI describes the interface in OpenAPI 3.1, out of the same tables that answer it.
func openAPI(county, version string) object {
	query := func(name, text string, required bool, of object) object {
		return object{"name": name, "in": "query", "required": required, "description": text, "schema": of}
	}
	date := object{"type": "string", "format": "date"}
	span := []any{query("from", "第一天（含），如 2025-01-01", true, date), query("to", "最后一天（含）", true, date),
		query("unit", "单位 id，可重复；不写为全部", false, object{"type": "array", "items": object{"type": "string", "format": "uuid"}})}
	format := query("format", "答复的格式", false, object{"type": "string", "enum": []string{"json", "csv", "xlsx"}, "default": "json"})
	cursor := query("cursor", "上一次答复里的 next，原样交回；不写从头开始", false, object{"type": "string"})
	codes := make([]string, len(figures.Metrics))
	for i := range figures.Metrics {
		codes[i] = figures.Metrics[i].Code
	}
	schemas := object{
		"Error": object{"type": "object", "properties": object{"code": object{"type": "string"}, "message": object{"type": "string"}, "message_en": object{"type": "string"}}},
		"Figure": object{"type": "object", "properties": object{"code": object{"type": "string", "enum": codes}, "name": object{"type": "string"}, "name_en": object{"type": "string"},
			"kind": object{"type": "string", "enum": []string{"count", "fen", "percent"}, "description": "fen 为分；percent 为千分数"}, "measure": object{"type": "string"},
			"value": object{"type": []string{"integer", "null"}}, "parts": object{"type": "object", "additionalProperties": object{"type": "integer"}}, "definition": object{"type": "string"}}},
	}
	answer := func(text string, of object, tables bool) object {
		content := object{"application/json": object{"schema": of}}
		if tables {
			content["text/csv"] = object{"schema": object{"type": "string"}}
			content["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = object{"schema": object{"type": "string", "contentMediaType": "application/octet-stream"}}
		}
		refused := object{"description": "请求不对：message 说明原因", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}}}}
		return object{"200": object{"description": text, "content": content}, "400": refused, "401": object{"description": "没有密钥，或密钥已收回"}}
	}
	names := make([]string, 0, len(apiTables))
	for name, columns := range apiTables {
		names = append(names, name)
		properties := object{"id": object{"type": "string", "format": "uuid"}, "voided": object{"type": "boolean", "description": "作废的记录不计入任何指标"}}
		for _, column := range columns {
			properties[column] = columnSchema(model.Schema.Table(name).Column(column))
		}
		schemas[name] = object{"type": "object", "properties": properties}
	}
	slices.Sort(names)
	paths := object{
		"/api/v1/figures": object{"get": object{"operationId": "figures", "summary": "指标", "description": "M01–M17 及其分项，定义随答复给出。", "parameters": append(slices.Clone(span),
			query("code", "只要这些指标，可重复", false, object{"type": "array", "items": object{"type": "string", "enum": codes}}), format),
			"responses": answer("指标", object{"type": "object", "properties": object{"figures": object{"type": "array", "items": object{"$ref": "#/components/schemas/Figure"}}}}, true)}},
		"/api/v1/figures/{code}/records": object{"get": object{"operationId": "figureRecords", "summary": "指标背后的记录", "description": "各条 value 之和等于指标。", "parameters": append([]any{
			object{"name": "code", "in": "path", "required": true, "schema": object{"type": "string", "enum": codes}, "example": "M02"}}, append(slices.Clone(span), query("part", "分项的代码", false, object{"type": "string"}), cursor)...),
			"responses": answer("一页记录", object{"type": "object", "properties": object{"value": object{"type": "integer"}, "next": object{"type": "string"}, "records": object{"type": "array", "items": object{"type": "object"}}}}, false)}},
		"/api/v1/codes": object{"get": object{"operationId": "codes", "summary": "代码表", "responses": answer("代码表", object{"type": "object"}, false)}},
	}
	for _, name := range names {
		paths["/api/v1/records/"+name] = object{"get": object{"operationId": "records_" + name, "summary": "记录：" + name,
			"description": "不带 cursor 从头读全部；读完后带着 next 再来，只得到此后有变化的记录（按现状）。reset 为 true 时请丢掉旧数据从头收。不含姓名、电话、案情等个人信息。",
			"parameters":  []any{cursor, query("limit", "一页几条", false, object{"type": "integer", "minimum": 1, "maximum": apiPageMax, "default": apiPage}), format},
			"responses": answer("一页记录", object{"type": "object", "properties": object{"records": object{"type": "array", "items": object{"$ref": "#/components/schemas/" + name}},
				"next": object{"type": "string"}, "more": object{"type": "boolean"}, "reset": object{"type": "boolean"}}}, true)}}
	}
	return object{
		"openapi": "3.1.0", "info": object{"title": county + "反诈宣传数据接口", "version": version, "description": "只读。密钥由管理员在“接口与导入”里发给，放在 Authorization: Bearer 里。"},
		"paths": paths, "components": object{"schemas": schemas, "securitySchemes": object{"bearer": object{"type": "http", "scheme": "bearer"}}}, "security": []any{object{"bearer": []any{}}},
	}
}

func columnSchema(c *schema.Column) object {
	switch c.Type {
	case schema.Texts:
		return object{"type": "array", "items": object{"type": "string"}}
	case schema.Ref:
		return object{"type": []string{"string", "null"}, "format": "uuid"}
	case schema.Bool:
		return object{"type": []string{"boolean", "null"}}
	case schema.Int:
		if len(c.Name) > 3 && c.Name[len(c.Name)-3:] == "_at" || c.Name == "at" {
			return object{"type": []string{"string", "null"}, "format": "date-time"}
		}
		return object{"type": []string{"integer", "null"}}
	}
	return object{"type": []string{"string", "null"}}
}
