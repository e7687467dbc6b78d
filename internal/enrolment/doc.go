// Package enrolment brings a kit into a county: the text of a one-time code,
// the request that proves possession of the device key, and the client that
// takes both to the county's server over a pinned connection.
//
// It knows the shape of a code and of the exchange, not who may enrol: whether
// a code is good is the county's to decide (internal/county).
package enrolment
