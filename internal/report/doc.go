// Package report turns figures into documents: the three periodic reports as text
// with linked figures and as .docx in the layout of GB/T 9704-2012, and the ledgers
// (台账) as .xlsx. It knows neither screens nor accounts; the county server and its
// command line call it.
package report
