// One value of a record as text, in the reader's language.
import type { Field } from './api'
import { columnTable, label } from './codes'
import { count, dateTime, yuan } from './format'

type T = (key: string, values?: Record<string, unknown>) => string

export function valueText(table: string, f: Field, t: T): string {
  const codes = columnTable(table, f.name)
  switch (f.kind) {
    case 'none': return '—'
    case 'list': return f.list.map((x) => (codes ? label(codes, x) : x)).join('、')
    case 'time': return dateTime(f.number)
    case 'fen': return t('records.yuan', { n: yuan(f.number) })
    case 'bool': return t(f.number ? 'detail.yes' : 'detail.no')
    case 'mark': return t(f.name === 'reviewed' ? 'review.markReviewed' : f.number ? 'review.markVoid' : 'review.markLive')
    case 'int': return f.name === 'hours_x10' ? String(f.number / 10) : count(f.number)
  }
  return codes ? label(codes, f.text) : f.text
}
