// The 110 desk and the counter.
export default {
  desk: { none: 'No call in this shift yet', call: 'Take a call', calls: 'calls', rate: 'elements complete', relatives: 'relatives advised', stopped: 'stopped in time', followUps: 'To call back', lacking: 'Incomplete', end: 'End the shift', given: 'Handed out', tally: 'Daily tally', closeDay: 'Close the day' },
  help: { keys: { '110 desk': { C: 'Take a call', '1–9': 'Open this call', 'Ctrl D': 'End the shift' }, Counter: { 'H J K L': 'The four tallies +1', '⇧ H J K L': '+10', '1–9': 'Hand this out', 'Ctrl D': 'Close the day' } } },
}
