export default {
  outcome: {
    new: 'Note an outcome', edit: 'Edit outcome', saved: 'Stored here', kind: 'Kind', ref_no: 'Number', refHint: 'Alarm, order or case number', no_ref: 'No number', occurred_on: 'Day', source: 'How', averted: 'Averted', recovered: 'Recovered', persons: 'Persons', amount: 'Amount or persons', search: 'Number, how', all: 'All', none: 'No outcomes yet.', suspect: 'same day and amount: a duplicate?', times: 'times', people: 'people', n: '{n} people',
    figure: { intercept: 'Intercepted', averted: 'Loss averted', caught: 'Caught', recovered: 'Recovered' },
  },
}
