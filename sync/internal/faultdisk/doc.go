// Package faultdisk is a disk in memory for tests: files of Go code and SQLite
// databases lie on it, calls to it fail when told to, and when its power is cut it
// shows afterwards what a real disk might show, which is less than what programs
// saw before.
//
// It knows nothing of replicas, and nothing but tests may import it.
package faultdisk
