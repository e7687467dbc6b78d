// Package model is the outreach domain: its tables as sync/schema values, code
// tables, derived ids, and the rules that refuse bad input with a sentence. It
// knows neither screens nor networks.
package model
