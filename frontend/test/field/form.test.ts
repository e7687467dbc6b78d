import { describe, expect, it } from 'vitest'
import { blank, elements, touched } from '../../src/field/consult/form'
import { en, zh, type Messages } from '../../src/field/locales'

describe('the consultation form', () => {
  it('is worth keeping once something is entered', () => {
    const f = blank('a')
    expect(touched(f)).toBe(false)
    f.channels.push('H3')
    expect(touched(f)).toBe(true)
  })
  it('asks for the amount that its stage demands', () => {
    const f = blank('a')
    const stage = () => elements(f).find((e) => e.name === 'stageAmount')?.ok
    f.stage = 'G0'
    expect(stage()).toBe(true)
    f.stage = 'G1'
    expect(stage()).toBe(false)
    f.at_risk = '1.2w'
    expect(stage()).toBe(true)
    f.stage = 'G3'
    expect(stage()).toBe(false)
    f.loss = '500'
    expect(stage()).toBe(true)
    f.fraud_type = 'F99'
    expect(elements(f)[0].ok).toBe(false)
  })
  it('asks for a lead, or for the word that there is none', () => {
    const f = blank('a')
    const lead = () => elements(f).find((e) => e.name === 'indicator')?.ok
    expect(lead()).toBe(false)
    f.no_indicator = true
    expect(lead()).toBe(true)
    f.no_indicator = false
    f.indicators = ['phone:12800001234']
    expect(lead()).toBe(true)
  })
})

describe('both languages', () => {
  const keys = (o: object, at = ''): string[] => Object.entries(o).flatMap(([k, v]) => (at === 'help.keys' ? [] : typeof v === 'object' ? keys(v as object, at ? `${at}.${k}` : k) : [`${at}.${k}`]))
  const sections = (m: Messages) => Object.keys((m.help as { keys: object }).keys).length
  it('say everything', () => {
    expect(keys(en)).toEqual(keys(zh))
    expect(sections(en)).toBe(sections(zh))
  })
})
