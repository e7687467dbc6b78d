package model

import (
	"time"

	"fieldkit/sync/replica"
)

// byItself is how close to its writing a time lies that nobody typed: the clock is
// read once for the field and once for its stamp.
const byItself = time.Minute

// Untyped tells whether two concurrent values are no disagreement of two people, so
// that nobody needs to look: the losing one is the time at which something was simply
// opened, entered or closed, or the state of an activity that one laptop had opened and
// another has closed, or the two differ in spaces, width or case alone. Two laptops
// at one booth always differ so. A template reports nothing: the newest stands.
func Untyped(c replica.Conflict) bool {
	if c.Table == "template" {
		return true
	}
	switch loser := c.Loser.Value.(type) {
	case int64:
		when := c.Table == "activity" && c.Column == "start_at" || c.Table == "post" && c.Column == "posted_at" || c.Table == "consultation" && c.Column == "closed_at"
		off := time.UnixMilli(loser).Sub(c.Loser.At)
		return when && off > -byItself && off < byItself
	case string:
		winner, _ := c.Winner.Value.(string)
		if c.Table == "activity" && c.Column == "state" {
			return loser == "open" && (winner == "done" || winner == "cancelled")
		}
		return winner != "" && Norm(winner) == Norm(loser)
	}
	return false
}
