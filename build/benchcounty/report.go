package main

import (
	"context"

	"fieldkit/internal/county"
)

// reports measures a year's report and a ledger of every consultation.
func reports(context.Context, *county.County) (Report, error) { return Report{}, nil }
