package report

// Problem is what the office reads when a report cannot be made: what happened,
// that nothing was lost, what to do.
type Problem struct {
	Code      string
	Message   string // Chinese
	MessageEN string
}

func (p *Problem) Error() string { return p.Code + ": " + p.MessageEN }

func problem(code, zh, en string) error { return &Problem{Code: code, Message: zh, MessageEN: en} }
