import type { Hit } from '../../shared/api.gen'
import { features } from '../frame/feature'

// Which of the addresses a record may have the kit knows: features come and go.
const known = features.flatMap((f) => f.routes).map((r) => r.path)
const has = (path: string) => known.includes(path)

/** Where a record that was found is shown. */
export function pathOf(h: Pick<Hit, 'table' | 'id' | 'kind'>): string {
  switch (h.table) {
    case 'consultation':
      return '/consult/' + h.id
    case 'indicator':
      return '/lead/' + h.id
    case 'case_digest':
      return '/digest/' + h.id
    case 'slogan':
      return '/digest/slogans'
    case 'post':
      return '/post'
    case 'outcome':
      return '/outcome'
    case 'activity':
      if (['cafe_meeting', 'lecture', 'training'].includes(h.kind) && has('/meeting/:id')) return '/meeting/' + h.id
      return (has('/activity/:id') ? '/activity/' : '/booth/') + h.id
    case 'venue':
      return has('/venue/:id') ? '/venue/' + h.id : '/venue'
    case 'plan_item':
      return has('/plan') ? '/plan' : '/today'
    case 'stock_move':
      return '/stock'
    case 'daily_tally':
      return '/tally'
  }
  return '/settings'
}
