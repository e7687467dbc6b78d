import type { ActivityChanges, ActivityDetail } from '../../shared/api.gen'

/** What of an activity can be corrected in the form. */
export interface ActivityDraft {
  title: string
  venue_id: string
  place: string
  start_at: number
  end_at: number
  heads_stated: number
  elder_heads: number
  hours_x10: number
  partners: string[]
  officers: string[]
  fraud_types: string[]
  topic_tags: string[]
  audience_roles: string[]
}

const sets = ['partners', 'officers', 'fraud_types', 'topic_tags', 'audience_roles'] as const
const single = ['title', 'venue_id', 'place', 'start_at', 'end_at', 'heads_stated', 'elder_heads', 'hours_x10'] as const

export function draftOf(a: ActivityDetail): ActivityDraft {
  return {
    title: a.title, venue_id: a.venue_id, place: a.place, start_at: a.start_at, end_at: a.end_at, heads_stated: a.heads_stated, elder_heads: a.elder_heads, hours_x10: a.hours_x10,
    partners: a.partners.map((p) => p.id), officers: a.officers.map((o) => o.id), fraud_types: [...a.fraud_types], topic_tags: [...a.topic_tags], audience_roles: [...a.audience_roles],
  }
}

/** What was changed between two states of the form; null when nothing was. */
export function changesOf(was: ActivityDraft, is: ActivityDraft): ActivityChanges | null {
  const out: Record<string, unknown> = {}
  for (const k of single) if (was[k] !== is[k]) out[k] = is[k]
  if ('venue_id' in out || 'place' in out) {
    out.venue_id = is.venue_id
    out.place = is.venue_id ? '' : is.place
  }
  for (const k of sets) {
    const add = is[k].filter((x) => !was[k].includes(x))
    const remove = was[k].filter((x) => !is[k].includes(x))
    if (add.length || remove.length) out[k] = { add, remove }
  }
  return Object.keys(out).length ? (out as unknown as ActivityChanges) : null
}

/** The changes without the refused field, of a time without both; null when nothing is left, or it was none of them. */
export function without(c: ActivityChanges, field: string): ActivityChanges | null {
  const all = Object.entries(c)
  const rest = all.filter(([k]) => k !== field && !(k.endsWith('_at') && field.endsWith('_at')))
  return rest.length && rest.length < all.length ? (Object.fromEntries(rest) as unknown as ActivityChanges) : null
}

/** A form that was filled in from one state, brought to another: what was changed in it stays. */
export function follow(was: ActivityDraft, is: ActivityDraft, now: ActivityDraft): ActivityDraft {
  const out: ActivityDraft = { ...now }
  const keep = (k: (typeof single)[number]) => Object.assign(out, { [k]: is[k] })
  for (const k of single) if (was[k] !== is[k]) keep(k)
  if (was.venue_id !== is.venue_id || was.place !== is.place) (keep('venue_id'), keep('place')) // one answer of two
  for (const k of sets) out[k] = [...now[k].filter((x) => !was[k].includes(x) || is[k].includes(x)), ...is[k].filter((x) => !was[k].includes(x) && !now[k].includes(x))]
  return out
}

/** Changes of single fields; what is not named stays as it is. */
export function changes(c: Partial<ActivityChanges>): ActivityChanges {
  return c as ActivityChanges
}
