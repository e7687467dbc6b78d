export default {
  place: { tray: 'To do' },
  tray: { count: '{n} items', none: 'Nothing to see to.', safe: 'It is kept as it is; nothing is lost.', kind: { refused: 'not taken', withheld: 'not merged there', held: 'not merged', damaged: 'damaged on disk', rule: 'does not fit', both: 'two at once', blended: 'blended' }, open: 'Open and correct', resend: 'Send again', resent: 'Sent again', release: 'Merge it', released: 'Merged', reads: 'Reads well' },
  help: { keys: { 'To do': { '↑ ↓': 'another one', O: 'open and correct', R: 'send again', M: 'merge', X: 'export', '1 2': 'keep this, use that', Y: 'reads well' } } },
}
