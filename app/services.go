package app

// newServices makes the services by the names under which screens call them.
func newServices(a *App) map[string]any {
	s := a.session
	return map[string]any{
		"Activities":    NewActivities(s),
		"Booth":         NewBooth(s),
		"Catalogue":     NewCatalogue(s),
		"Consultations": NewConsultations(s),
		"Day":           NewDay(s),
		"Households":    NewHouseholds(s),
		"Kit":           &Kit{a},
		"Meetings":      NewMeetings(s),
		"Placements":    NewPlacements(s),
		"Plans":         NewPlans(s),
		"Ready":         &Ready{a},
		"Review":        NewReview(s),
		"Settings":      NewSettings(a.opts.Dir),
		"Stock":         NewStock(s),
		"Sync":          a.sync,
		"Tallies":       NewTallies(s),
		"Venues":        NewVenues(s),
	}
}

// ServiceTypes are the services with no kit behind them: what the generator of
// the client needs, and not to be called.
func ServiceTypes() map[string]any { return newServices(&App{sync: &Sync{}}) }
