// Package app is what an officer can do on one laptop: open a booth, tap
// leaflets, record consultations, sign people in, sync. Each service is a small
// type whose methods a screen calls, the same in the desktop window and in a
// browser. It knows neither of the two shells.
//
// A method that returns without an error has its effect durable on disk.
package app
