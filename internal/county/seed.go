package county

import (
	"context"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func seed(ctx context.Context, r *replica.Replica, realm schema.ID) error { return nil }

func checkUnit(f UnitForm) error { return nil }
