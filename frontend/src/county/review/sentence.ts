// What an item of the review says, in one short sentence.
import type { ReviewItem } from '../api'
import { clockOffset, count, yuan } from '../format'

type T = (key: string, values?: Record<string, unknown>) => string

export function sentence(item: ReviewItem, t: T): string {
  const a = item.args
  const n = (name: string) => count(Number(a[name] ?? 0))
  switch (item.kind) {
    case 'conflict': return t('review.say.conflict', { field: t(`field.${item.column}`), winner: item.winner?.device ?? '', loser: item.loser?.device ?? '' })
    case 'void_edit': return t('review.say.void_edit', a)
    case 'stock': return t('review.say.stock', { n: n('n') })
    case 'rush': return t('review.say.rush', { minutes: n('minutes'), qty: n('qty') })
    case 'heads': return t('review.say.heads', { heads: n('heads'), signed: n('signed') })
    case 'elders': return t('review.say.elders', { heads: n('heads'), elders: n('elders') })
    case 'crowd': return t('review.say.crowd', { heads: n('heads') })
    case 'double': return t('review.say.double', { on: a.on, amount: yuan(Number(a.amount)), n: n('n') })
    case 'clock': return t('review.say.clock', { off: clockOffset(Number(a.offset), t), n: n('n') })
    case 'blended': return t('review.say.blended', { field: t(`field.${item.column}`) })
  }
  return t(`review.say.${item.kind}`, a)
}

/** keyOf is the key of an action on an item. */
export function keyOf(action: string): string {
  return { keep: '↵', accept: '↵', shift: '↵', release: '↵', swap: 'S', edit: 'E', adjust: 'A', void: 'V', restore: 'R', join: 'J' }[action] ?? ''
}
