export default {
  consult: {
    indicator: 'Leads', wholeShort: 'Whole', otherHint: 'No type fits: say in a sentence what it was', leadHint: 'Paste and it is recognised: phone, account, site, app', hits: '{n} hits', noLead: 'No lead', dropLead: 'Take it out', addLead: 'add', otherKind: 'another kind', notRecognised: 'Not recognised; Enter looks again', leadUnknown: 'The lead was not recognised: change it or clear it.', identities: '{n} numbers look like identity numbers and were not kept.', cutText: 'The text is long; only its beginning was looked at.',
    stageAmount: 'Stage and amount', leadBefore: 'This lead was seen before', lost: 'lost {yuan} yuan', seeLead: 'See all {n}', twin: 'Perhaps recorded already', twinWhy: { phone: 'same telephone', alarm_no: 'same alarm number', lead: 'same type, age and lead', same: 'same answers minutes ago' },
    noteOutcome: 'Note outcome', toDigest: 'Write a case', follow_up_on: 'Call back on', fromStory: '{n} leads found in the story were added.', anyOutcome: 'Outcome', sort: { newest: 'Newest first', oldest: 'Oldest first', loss: 'Largest loss', at_risk: 'Most at risk' }, whole: 'elements complete', notWhole: 'elements incomplete',
    bulkDone: '{n} changed', setOutcome: 'Set outcome', setType: 'Set fraud type', setFollowUp: 'Call back on',
  },
  linkage: { title: 'Joint action', stamp: 'Note a step', none: 'Police, stop, freeze …: L and a digit note this very minute.', which: 'Which step was taken?', now: 'Noted as now, {at}', stamped: 'Noted: {kind} {at}', since: '{n} min after the police', needsDoc: 'document number missing', beforePaid: 'before the payment; check it', time: 'Time', amount: 'Amount', doc: 'Document number', badTime: 'Write the time as 09:42.' },
  help: { keys: { Advice: { '－': 'no lead', 'L digit': 'joint action, this minute', 'Alt R': 'note the outcome', 'Alt G': 'write a case', 'Alt H': 'history', Space: 'select in the list' } } },
}
