export default {
  post: {
    linkHint: 'Paste a link or a share text', link: 'Link', channel: 'Channel', title: 'Title', forwards: 'Forwards', reads: 'Reads', times: 'posts', add: 'Log it', saved: 'Stored here: {channel}', known: 'Logged already', counts: 'counts {n}', none: 'No posts yet. Paste a link to log one.', bulk: 'Paste many', search: 'Title, account', anyChannel: 'Any channel', fromDigest: 'Uses the case: {title}',
    pasteHint: 'Copy rows from a spreadsheet (channel, title, link, forwards, reads, time) and paste them here', willAdd: '{n} posts counting {count}', look: 'Look', import: 'Import {n}', imported: '{n} imported', tooLong: 'That is too long; paste it in parts. Nothing was changed.',
  },
}
