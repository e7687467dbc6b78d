export default {
  place: { activity: 'Activities', stock: 'Stock', tally: 'Tally', plan: 'Plan' },
  unit: { leaflets2: 'Leaflets' },
  activity: {
    new: 'New activity', repeat: 'Repeat', sameAsLast: 'Same as last time', officers: 'Officers', start: 'Start', end: 'End', now: 'Now', enter: 'Plan it', time: 'Time', people: 'people', total: '{n} activities', search: 'Title, place, initials', anyKind: 'All kinds', anyState: 'All states', state: 'State', noHit: 'Nothing found; try other terms', rates: 'Café attendance',
    fraudTypes: 'Fraud types', topics: 'Topics', roles: 'Roles', heads: 'People present', elders: '60 and over', hours: 'Hours', summary: 'Summary', tooManyElders: 'More people over 60 than people present; please look again.', missing: 'Still missing', complete: 'Complete', counts: 'Counts', photos: 'Photos', voided: 'Voided', details: 'Details',
    finish: 'End activity', cancel: 'Cancel it', asTemplate: 'Save as template', templateName: 'Name, such as School lecture', templateSaved: 'Saved; choose it with a new activity',
    miss: { officers: 'No officers', heads: 'No head count', hours: 'No hours', roles: 'No roles', photos: 'No photo' },
  },
  today: { soon: 'The next week', remember: 'Remember', ready: 'Ready to leave', close: 'Close the day', inspect: 'Venues to inspect', tally: 'Days without tally', stock: 'Stock below nought', targets: 'Targets {year}', noTargets: 'No targets yet.' },
  metric: { M01: 'Large street campaigns', M02: 'Leaflets', M03: 'Lectures', M04: 'Self-media posts', M05: 'Intercepts', M06: 'Loss averted (yuan)', M08: 'Advice given', M09: 'Households', M10: 'Café meetings', M13: 'Trainings' },
  booth: { left: '{n} left', low: '{n} left, fetch more', show: 'Show', correct: "Correct another's count", correctShort: 'Correct', correctQty: 'Add or subtract, such as -10', correctReason: 'Why, such as both counted the same' },
  show: { title: 'Against fraud', beware: 'Beware of', materials: 'handed out', advised: 'people advised', apps: 'apps installed', hotline: 'In doubt call 96110; defrauded, call 110 at once' },
  lecture: { clicker: 'Clicker', stated0: 'Type the number', stated: '{n} people noted', counts: 'counts as {n}', headsWrong: 'Write a number, such as 610.', roles: 'Heads by role', materials: 'Hand out', named: 'Sign in by name' },
  household: { door: 'Door', doorHint: '1 2 301: building, unit, room; no plate: just Enter', result: 'Result', talked: 'Talked to', elder: 'Of them 60+', again: '{door} is recorded: {result}. Recording again corrects it.', saved: '{door} noted', undone: '{door} taken back', visited: 'visited', knocked: 'doors', people: 'talked to', elders: 'aged 60+', none: 'Type a door and press Enter.' },
  stock: {
    record: 'Record stock', receive: 'Receive', allot: 'Allot', adjust: 'Count', moves: 'Movements', noMoves: 'No movements yet. After the first receipt, booths show what is left.', in: 'In', out: 'Out', handed: 'Given', placed: 'Put up', untracked: 'Nothing received yet', low: 'Running out, fetch more', negative: 'More given than there was; count again', saved: 'Stored here',
    material: 'Material', qty: 'Number', adjustHint: 'Negative when fewer, such as -15', batch: 'Batch', printed: 'Printed on', from: 'From', to: 'To', chooseUnit: 'Choose a unit', optional: 'Optional', qtyWrong: 'Write a whole number, such as 500.',
  },
  tally: {
    today: 'Today', isClosed: 'Closed {at} by {by}', changed: 'Changed after closing; close again', rate: 'Reminded', number: 'number ↵', days: 'Last days', done: 'closed', missing: 'missing', open: 'not closed', close: 'Close the day', closed: 'Closed', reopened: 'Reopened', wrong: 'Write a number; +5 or -3 to add or subtract.', hint: "A number is the day's total; +5 or -3 adds or subtracts.",
    unit: { kind_reminder: 'people', remit_served: 'transfers', sms_enrol: 'cards', suspicious_refused: 'transfers' },
  },
  inspect: {
    title: 'Inspections', waiting: '{n} to inspect', anyTown: 'All towns', days: 'Not for {n} days', all: 'All', none: 'No venue to inspect.', noneHint: 'Posters given at a meeting, or put up here, appear on the left.', noTown: 'No town', today: 'today', ago: '{n} days ago', never: 'never', issued: '{n} given', up: '{n} up', runsN: '{n} runs a day', stateIssued: 'Given, not seen', fixed: 'fixed', fixedHere: 'Fixed on the spot', past: 'Earlier inspections', next: 'Next', putUp: 'Put up', undone: 'Taken back',
    spot: 'Spot', qty: 'Pieces up', runs: 'Runs a day', until: 'Until', phone: 'Number shown', put: '{venue} noted',
  },
  plan: {
    placeUnknown: 'A plan item takes a registered venue; words are not kept. Choose one, or clear it.', year: 'Plan {year}', before: 'Year before', after: 'Year after', items: 'To do', periods: 'Holidays', targets: 'Targets', contingency: 'Contingency', none: 'No plan for this year yet.', newItem: 'Add', editItem: 'Edit', period: 'Period', due: 'When', from: 'From', to: 'To', sameDay: 'Same day', until: 'by {on}', overdue: 'Overdue', toOpen: 'Planned', waiting: 'Not begun', look: 'Open', edit: 'Edit', remove: 'Remove', putBack: 'Put back', byCounty: 'Set by the county', byCalendar: 'By the calendar', activities: '{n} activities', planHere: 'Plan one', setTarget: 'Set target', change: 'Change', targetHint: 'Number; 0 for none', numberWrong: 'Write a number, such as 5000 or 1.2w.', effective: 'In force from', revised: 'Revised', bodyHint: 'What to do when fraud happens: who calls the police, who stops the payment…',
  },
  day: {
    title: 'Close the day', left: '{n} to settle', clear: 'All settled', nothing: 'Nothing to settle today.', byHand: 'Stock by hand', byHandHint: 'issued − returned − damaged = handed out', what: 'Material', issued: 'Issued', returned: 'Returned', damaged: 'Damaged', tapped: 'Handed out', difference: 'Difference', today: 'The day', activities: 'Activities', advisedShort: 'Consultations', all: 'End {n} activities', print: 'Print', leave: 'Leave', unleave: 'Take back', finished: '{title} ended', tallyItem: 'The tally is not closed', lacking: 'lacking', over: 'too many given',
    kind: { open: 'Open', missing: 'Incomplete', uncounted: 'Uncounted', difference: 'Differs', negative: 'Below nought', follow_up: 'Call back', tally: 'Tally', unopened: 'Not done' },
    count: { uncounted: '{n} given, stock not counted', difference: '{n} {more}', negative: '−{n} on the books' }, do: { close: 'End', go: 'Go there' },
    sheet: 'Day sheet of anti-fraud outreach', no: 'No.', noActivity: 'No activity', sums: '{advised} consultations, {quick} advised in passing, {installs} apps installed, {heads} people present.', by: 'By:', signed: 'Checked:',
  },
  ready: {
    title: 'Ready to leave', verdict: { ok: 'Ready: it will do without a network', warn: 'Ready, but look at the marked ones', act: 'See to the red ones before leaving' }, prepare: 'Sync and check', again: 'Check again', offset: '{s} s off', never: 'never', records: '{n} records', items: '{n} items', entries: '{n} entries', uncompared: 'Not compared since the program was opened', reading: 'Reading every one…', whole: 'All are as they were written', damaged: '{n} are not as they were written',
    name: { disk: 'Disk space', write: 'One save', clock: 'Clock', key: 'Key and certificate', received: 'Last met the county', unsent: 'Waiting to be sent', venues: 'Venues', people: 'Officers', plan: 'Plan for a week', search: 'One search', records: 'Stored records' },
    advice: { disk: 'The disk is nearly full; free some space.', write: 'Saving is slow; check the disk.', clock: "Set the computer's clock.", key: 'The key is wrong or the county does not accept this computer: ask the office for a code and enrol again on the sync screen.', received: 'Sync with the county once.', unsent: 'Better sent before leaving; nothing is lost if not.', venues: 'No venues yet; places can be typed.', people: 'No officers yet; sync, or add them in Settings.', plan: 'Some items are overdue.', search: 'Nothing was found; open the program again.', records: 'The disk may be failing; call the county office.' },
  },
  rates: { title: 'Café attendance', none: 'No café meeting yet.', cafe: 'Café', came: 'Came', rate: 'Rate', row: 'Missed in a row', last: 'Last came' },
  meeting: { heads: 'Heads without names', sheet: 'Sign-in sheet', absentWhy: 'Why absent', time: 'Signed', signature: 'Signature', pasteTooLarge: 'More than 8 MB were pasted; copy the columns of the roster only.', done: 'Done', giveAll: 'Give to each' },
  roster: { columns: 'What each column is', column: 'Column {n}', unused: 'not used' },
  venue: { maybe: 'Is it this one?', why: { licence: 'same licence', phone: 'same telephone', name: 'same name', part: 'like name' } },
  column: { heads_counted: 'Heads counted' },
  help: {
    keys: {
      Today: { '↵': 'open the first', '1–9': 'open that one', N: 'new activity', R: 'ready to leave', 'Ctrl D': 'close the day' },
      Lecture: { Space: 'click one in', H: 'type the number', '1–9': 'heads by role', M: 'sign in by name', '⇧ 1–9': 'hand out' },
      Household: { '↵': 'after the door', Digit: 'result, people', '⌫': 'undo', '⇧ 1–9': 'hand out' },
      Inspection: { '1–5': 'result', X: 'fixed on the spot', '↵': 'next', N: 'put up' },
      Tally: { '+ −': 'one more, one less', Number: "the day's total", 'Ctrl D': 'close' },
    },
  },
}
