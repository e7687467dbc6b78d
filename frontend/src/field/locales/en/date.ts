export default {
  date: { unknown: 'That is no date; nothing was changed. Write 2025-01-10 or 1-10.' },
}
