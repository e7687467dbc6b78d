package app

// newServices makes the services by the names under which screens call them.
func newServices(a *App) map[string]any {
	s := a.session
	return map[string]any{
		"Booth":         NewBooth(s),
		"Catalogue":     NewCatalogue(s),
		"Consultations": NewConsultations(s),
		"Kit":           &Kit{a},
		"Meetings":      NewMeetings(s),
		"Review":        NewReview(s),
		"Settings":      NewSettings(a.opts.Dir),
		"Sync":          a.sync,
		"Venues":        NewVenues(s),
	}
}

// ServiceTypes are the services with no kit behind them: what the generator of
// the client needs, and not to be called.
func ServiceTypes() map[string]any { return newServices(&App{sync: &Sync{}}) }
