export default {
  place: { digest: 'Cases' },
  digest: {
    tab: { digest: 'Cases', slogan: 'Slogans', post: 'Posts', outcome: 'Outcomes' }, search: 'Title, text', none: 'No cases yet. Open a consultation and press Alt G to write one.', new: 'Write a case', edit: 'Edit case', title: 'Title', elements: 'Elements', article: 'Article', state: 'State', saved: 'Stored here', moved: 'Now: {state}',
    fromConsultation: 'From a consultation; personal data left out. Read it once more', check: 'Check before release', checkLater: 'Checked once it is stored.', clean: 'Nothing personal; it may be released.', blemishes: '{n} to mend', blemish: { identity: 'identity', card: 'card', phone: 'telephone', link: 'link', name: 'name' }, from: 'From', seeConsultation: 'See the consultation', copyArticle: 'Copy article', post: 'Log a post',
    sloganHint: 'Write a slogan, 30 characters at most', addSlogan: 'Add', noSlogans: 'No slogans yet.', used: 'used {n} times',
  },
  help: { keys: { 'Cases and posts': { '1–4': 'cases, slogans, posts, outcomes', N: 'write, paste a link, note an outcome', 'Alt B': 'paste many posts', 'Alt C': 'copy the article', 'Alt P': 'log a post', 'Alt V': 'void, restore a case', 'Ctrl E': 'export', 'Ctrl P': 'print' } } },
}
