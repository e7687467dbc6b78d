export default {
  server: {
    title: "The county's server", change: 'Server address', again: 'Enrol again', refused: 'The county does not accept this computer now', moved: 'Has it moved?', known: 'Addresses known here', current: 'in use', told: 'told by the county', drop: 'Forget',
    field: 'Address or code', example: '10.0.0.5, or paste FK1-…', hint: 'The county office tells you by telephone. All records here stay.', use: 'Check and use', busy: 'Checking…', keep: 'Keep for later', kept: 'Kept; it is tried when there is a network', renewed: 'Enrolled again',
  },
  welcome: { titleAgain: 'Enrol this computer again', hintAgain: 'The enrolment cannot be read; all records are still here. Ask the county office for a new code, enrol, and go on.' },
  settings: { log: 'Fault log' },
  help: { keys: { Sync: { A: 'Server address, enrol again' } } },
}
