import { describe, expect, it } from 'vitest'
import { changesOf, follow, without, type ActivityDraft } from '../../src/field/activity/draft'

const base: ActivityDraft = { title: '', venue_id: 'v1', place: '', start_at: 1, end_at: 0, heads_stated: 0, elder_heads: 0, hours_x10: 0, partners: ['a', 'b'], officers: ['o'], fraud_types: [], topic_tags: [], audience_roles: [] }

describe('the details of an activity', () => {
  it('keep what is being typed and follow what others write', () => {
    const typed = { ...base, end_at: 9, partners: ['a', 'c'] } // b out, c in
    const others = { ...base, heads_stated: 40, partners: ['a', 'b', 'd'] }
    const shown = follow(base, typed, others)
    expect(shown).toEqual({ ...base, end_at: 9, heads_stated: 40, partners: ['a', 'd', 'c'] })
    expect(changesOf(others, shown)).toEqual({ end_at: 9, partners: { add: ['c'], remove: ['b'] } })
  })
  it('take over everything when nothing is typed', () => {
    const others = { ...base, title: '集市', partners: ['x'] }
    expect(follow(base, { ...base }, others)).toEqual(others)
  })
  it('keep a place as one answer', () => {
    expect(follow(base, { ...base, venue_id: '', place: '柳河集市' }, { ...base, venue_id: 'v2' })).toMatchObject({ venue_id: '', place: '柳河集市' })
  })
  it('keep the rest when one of them is refused', () => {
    const c = changesOf(base, { ...base, title: '集市', start_at: 9, end_at: 5, fraud_types: ['F01'] })!
    expect(without(c, 'end_at')).toEqual({ title: '集市', fraud_types: { add: ['F01'], remove: [] } })
    expect(without(c, 'place'), 'it was none of them').toBeNull()
    expect(without(changesOf(base, { ...base, end_at: 5 })!, 'end_at'), 'nothing is left').toBeNull()
  })
})
