import { describe, expect, it } from 'vitest'
import type { Consultation } from '../../src/shared/api.gen'
import { shiftOf } from '../../src/field/desk/shift'

const call = (c: Partial<Consultation>) => ({ elements_ok: true, relatives_advised: 0, outcome: 'K1', follow_up_on: '', ...c }) as Consultation

describe('a shift at the desk', () => {
  it('has no rate without calls', () => expect(shiftOf([]).rate).toBe('—'))
  it('adds up its calls', () => {
    const s = shiftOf([call({ relatives_advised: 2 }), call({ elements_ok: false, outcome: 'K5', follow_up_on: '2025-03-02' }), call({ outcome: 'K4' }), call({ outcome: 'K5', follow_up_on: '2025-03-01' })])
    expect([s.rate, s.lacking, s.relatives, s.stopped]).toEqual(['75.0%', 1, 2, 1])
    expect(s.followUps.map((c) => c.follow_up_on)).toEqual(['2025-03-01', '2025-03-02'])
  })
})
