package model

import (
	"context"
	"encoding/json"
	"fmt"

	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

// serverAddresses is the key of the setting in which the county tells kits where its
// server is. It is not one of Settings: it is set with the server, not with the rules.
const serverAddresses = "server_addresses"

// ServerAddresses are the base URLs at which the county says that it is reached, in
// order of preference; none when it never said. They only say where to look: who
// answers there is told by its key.
func ServerAddresses(ctx context.Context, r *replica.Replica) ([]string, error) {
	row, err := r.Get(ctx, "setting", SettingID(r.Realm(), serverAddresses))
	if err != nil || row == nil {
		return nil, err
	}
	var list []string
	if json.Unmarshal([]byte(row.Text("value")), &list) != nil {
		return nil, nil // as a newer version may write it
	}
	return list, nil
}

// PutServerAddresses tells kits where the county's server is; what is told already is
// not written again.
func PutServerAddresses(tx *replica.Tx, realm schema.ID, list []string) error {
	if list == nil {
		list = []string{}
	}
	raw, err := json.Marshal(list)
	if err != nil {
		return err
	}
	id := SettingID(realm, serverAddresses)
	row, err := tx.Get("setting", id)
	if err != nil {
		return err
	}
	values := schema.Values{"value": string(raw)}
	switch {
	case row == nil && len(list) == 0:
		return nil
	case row == nil:
		values["created_at"], values["device_id"], values["key"] = tx.Now().UnixMilli(), tx.Replica(), serverAddresses
	case row.Text("value") == string(raw):
		return nil
	}
	if err := tx.Put("setting", id, values); err != nil {
		return fmt.Errorf("tell the server's addresses: %w", err)
	}
	return nil
}
