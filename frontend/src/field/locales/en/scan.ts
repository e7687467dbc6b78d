// Signing in by scanning a code.
export default {
  scan: { signed: '✓ {name} ({org}) signed in', already: '{name} ({org}) signed in at {at} already', cards: 'Name cards', code: 'Scan', here: 'Scan on arrival' },
  meeting: { search: 'Scan, or type initials or the end of a number' },
  help: { keys: { Meeting: { 'Alt C': 'Print name cards to scan' }, Lists: { 'Ctrl E': 'Export to Excel or CSV', 'Ctrl P': 'Print', 'Ctrl A': 'Pick all', Space: 'Pick this one', 'Ctrl Z': 'Undo a bulk edit' }, Records: { 'Alt H': 'History and restore', P: 'Add a photo' } } },
}
