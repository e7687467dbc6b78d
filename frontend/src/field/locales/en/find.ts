export default {
  find: { title: 'Search everything', button: 'Search', hint: 'Number, name, pinyin initials …', what: 'Consultations, leads, activities, venues, cases, posts, outcomes at once.', none: 'Nothing found; try another word.', of: '{n} of {total}', choose: 'choose', open: 'open' },
  help: { keys: { Everywhere: { 'Ctrl K': 'search everything' } } },
}
