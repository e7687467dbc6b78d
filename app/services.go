package app

// newServices makes the services by the names under which screens call them.
func newServices(a *App) map[string]any {
	s := a.session
	return map[string]any{
		"Activities":    NewActivities(s),
		"Booth":         NewBooth(s),
		"Bulk":          NewBulk(s),
		"Catalogue":     NewCatalogue(s),
		"Consultations": NewConsultations(s),
		"Day":           NewDay(s),
		"Digests":       NewDigests(s),
		"Drafts":        NewDrafts(s),
		"Exports":       NewExports(s),
		"Finder":        NewFinder(s),
		"History":       NewHistory(s),
		"Households":    NewHouseholds(s),
		"Indicators":    NewIndicators(s),
		"Kit":           &Kit{a},
		"Linkage":       NewLinkage(s),
		"Meetings":      NewMeetings(s),
		"Outcomes":      NewOutcomes(s),
		"Photos":        NewPhotos(s),
		"Placements":    NewPlacements(s),
		"Plans":         NewPlans(s),
		"Posts":         NewPosts(s),
		"Ready":         &Ready{a},
		"Review":        NewReview(s),
		"Settings":      NewSettings(a.opts.Dir),
		"Stock":         NewStock(s),
		"Sync":          a.sync,
		"Tallies":       NewTallies(s),
		"Tray":          &Tray{a},
		"Venues":        NewVenues(s),
	}
}

// ServiceTypes are the services with no kit behind them: what the generator of
// the client needs, and not to be called.
func ServiceTypes() map[string]any { return newServices(&App{sync: &Sync{}}) }
