// Package shell puts the kit's screens in front of a person: in a desktop
// window where it is built with one, else in the default browser. Both serve the
// same services; no service knows which.
package shell
