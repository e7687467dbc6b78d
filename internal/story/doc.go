// Package story plays the acceptance story: the year 2025 of 青岚县, recorded by the
// officers of six laptops through the kit's own services, synced with a real county
// server over HTTP in any order, with every concurrent edit that the domain reference
// lists, and the county's figures beside what they must be. It knows both roles of
// the program and is known by neither.
package story
