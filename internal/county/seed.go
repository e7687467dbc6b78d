package county

import (
	"context"
	"errors"
	"regexp"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// seed writes what every county starts with. Ids are derived from codes, so
// that an Init which was interrupted may be repeated.
func seed(ctx context.Context, r *replica.Replica, realm schema.ID) error {
	return r.Update(ctx, func(tx *replica.Tx) error { return model.Seed(tx, realm) })
}

var unitCode = regexp.MustCompile(`^[A-Z0-9]{2,12}$`)

// checkUnit refuses a unit's form with a sentence that names the field.
func checkUnit(f UnitForm) error {
	if !unitCode.MatchString(f.Code) {
		return userError("invalid", "code", "单位代码要 2 到 12 位大写字母或数字，例如 CGPCS。", "A unit's code has 2 to 12 capitals or digits, for example CGPCS.")
	}
	for _, err := range []error{
		model.Text("name", "单位名称", "the unit's name", f.Name, 40, true),
		model.Text("short_name", "单位简称", "the short name", f.ShortName, 8, true),
		model.OneOf("department", "部门类别", "a department", "department", f.Department, true),
	} {
		if field := (*model.FieldError)(nil); errors.As(err, &field) {
			return &rpc.UserError{Code: "invalid", Field: field.Field, Message: field.Message, MessageEN: field.MessageEN}
		} else if err != nil {
			return err
		}
	}
	return nil
}
