import { describe, expect, it } from 'vitest'
import { clockOffset, count, moment, rate, yuan } from '../../src/county/format'
import zh from '../../src/county/locales/zh-CN'
import en from '../../src/county/locales/en'

const t = (key: string, values?: Record<string, unknown>) => [key, ...Object.values(values ?? {})].join(' ')

describe('figures', () => {
  it('are grouped, and money has its decimals when it needs them', () => {
    expect(count(5137)).toBe('5,137')
    expect(yuan(1_200_000)).toBe('12,000')
    expect(yuan(1_200_050)).toBe('12,000.50')
  })
  it('change by tenths of a percent', () => {
    expect(rate(347)).toBe('+34.7%')
    expect(rate(-5)).toBe('−0.5%')
    expect(rate(-1000)).toBe('−100.0%')
  })
})

describe('times', () => {
  const now = Date.UTC(2025, 11, 31, 4, 0) // 12:00 in China
  it('are short when they are near', () => {
    expect(moment(Date.UTC(2025, 11, 31, 1, 40), t, now)).toBe('time.today 09:40')
    expect(moment(Date.UTC(2025, 11, 30, 10, 2), t, now)).toBe('time.yesterday 18:02')
    expect(moment(Date.UTC(2025, 5, 7, 1, 40), t, now)).toBe('06-07 09:40')
    expect(moment(Date.UTC(2024, 5, 7, 1, 40), t, now)).toBe('2024-06-07')
  })
  it('tell a wrong clock, and only a wrong one', () => {
    expect(clockOffset(9 * 60_000, t)).toBe('')
    expect(clockOffset(3 * 3600_000, t)).toBe('devices.clockFast time.hours 3')
    expect(clockOffset(-56 * 365 * 86_400_000, t)).toBe('devices.clockSlow time.days 20440')
  })
})

describe('languages', () => {
  const keys = (o: object, path = ''): string[] => Object.entries(o).flatMap(([k, v]) => (typeof v === 'object' ? keys(v, `${path}${k}.`) : [path + k]))
  it('have the same sentences with the same values', () => {
    expect(keys(en)).toEqual(keys(zh))
    const slots = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1])
    const at = (o: unknown, key: string) => key.split('.').reduce((x, k) => (x as Record<string, unknown>)[k], o) as string
    for (const key of keys(zh)) for (const slot of slots(at(en, key))) expect(slots(at(zh, key)), key).toContain(slot)
  })
})
