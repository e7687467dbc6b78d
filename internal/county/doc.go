// Package county is the county's server: it enrols kits, takes what they sync,
// keeps the office's accounts and sessions, and answers the dashboard's
// questions over the county's replica.
//
// It knows the outreach domain through internal/model and the exchange through
// sync/transport; it knows nothing of what a kit's screens do.
//
// One data directory holds everything:
//
//	replica.db …   the county's replica: every record of every kit (sync/replica)
//	county.db      accounts, sessions, codes, the device registry, the audit log
//	tls.key, .crt  the key that kits pin, and its self-signed certificate
package county
