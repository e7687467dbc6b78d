export default {
  meeting: { deputy: 'Who came instead', deputyOf: 'Who came for {name}', score: 'Quiz', scoreOf: 'Quiz score of {name}', scoreWrong: 'A score is a whole number from 0 to 100.' },
  stock: { twin: '{unit} entered this on {at}:', same: 'The same, do not enter it', another: 'Another one, store it' },
  activity: { over: 'This one is over:', sameOne: 'That is the one', another: 'Open another' },
  consult: {
    closing: 'Closed', isClosed: 'Closed', isOpen: 'Open', anyClosed: 'Closed', setClosed: 'Set closed', closeAfterCall: 'After the call',
    paid: 'Payment', paid_at: 'Paid at', pay_method: 'Paid by',
  },
  column: { closed_at: 'closed', paid_at: 'paid at', deputy_name: 'deputy', quiz_score: 'score' },
  day: { called: '{title} closed', calledDone: 'Called back, close' },
  help: { keys: { Advice: { 'Alt B': 'Closed' }, Day: { B: 'Called back, close' } } },
}
