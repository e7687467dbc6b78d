// Package figures holds the figures M01…M17 of domain.md 5.1: one SQL definition
// each, over the plain columns of a replica. A definition names the rows that
// count and what each adds, so that a total, a breakdown and the list of records
// behind it are three readings of the same statement and cannot disagree. The
// package also writes figures as documents do (余, 万元, 同比), in integer
// arithmetic. It knows neither screens nor documents.
package figures
