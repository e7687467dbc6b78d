export default {
  record: { overtaken: '“{fields}” was changed on another computer as well; what you entered stands. Theirs is in the history and can be brought back.', and: ', ', more: 'More', left: 'Taken up where it was left', anew: 'Begin anew' },
  consult: { asStored: 'Drop these changes' },
  digest: { restored: 'Taken up where it was left', drop: 'Drop it', noteHint: 'For us; not released' },
  ready: { practice: 'Practice is never sent' },
  inspect: { note: 'Note', noteHint: 'What you saw, e.g. “behind a pillar”' },
  column: { digest: 'Case', counterpart: 'With', amount: 'Amount', platform: 'Platform', fixed_on_spot: 'Put right' },
}
