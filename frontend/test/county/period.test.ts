import { describe, expect, it } from 'vitest'
import { around, chosen, ended, goOn, monthOf, openOn, shift, title, today } from '../../src/county/period'

const t = (key: string, values?: Record<string, unknown>) => `${key} ${Object.values(values ?? {}).join(' ')}`

describe('periods', () => {
  it('are whole months, quarters and years around a day', () => {
    expect(around('month', '2024-02-10')).toEqual({ mode: 'month', from: '2024-02-01', to: '2024-02-29' })
    expect(around('quarter', '2025-12-31')).toEqual({ mode: 'quarter', from: '2025-10-01', to: '2025-12-31' })
    expect(around('quarter', '2025-01-01').to).toBe('2025-03-31')
    expect(around('year', '2025-06-07')).toEqual({ mode: 'year', from: '2025-01-01', to: '2025-12-31' })
    expect(monthOf('2025-04').to).toBe('2025-04-30')
  })
  it('move by their own length, over the turn of the year', () => {
    expect(shift(around('month', '2025-01-31'), -1).from).toBe('2024-12-01')
    expect(shift(around('quarter', '2025-11-01'), 1)).toEqual(around('quarter', '2026-02-01'))
    expect(shift(around('year', '2025-06-07'), -1).to).toBe('2024-12-31')
    const custom = { mode: 'custom' as const, from: '2025-01-05', to: '2025-02-01' }
    expect(shift(custom, 1)).toBe(custom)
  })
  it('are named by what they are, however they were chosen', () => {
    expect(title({ from: '2025-01-01', to: '2025-12-31' }, t)).toBe('period.title.year 2025 1 1')
    expect(title({ from: '2025-10-01', to: '2025-12-31' }, t)).toBe('period.title.quarter 2025 4 10')
    expect(title({ from: '2024-02-01', to: '2024-02-29' }, t)).toBe('period.title.month 2024 1 2')
    expect(title({ from: '2024-02-01', to: '2024-02-28' }, t)).toBe('period.title.custom 2024-02-01 2024-02-28')
    expect(title({ from: '2024-02-03', to: '2024-02-03' }, t)).toBe('period.title.day 2024 2 3')
  })
  it('begin the day at midnight in China, wherever the browser is', () => {
    expect(today(Date.UTC(2025, 11, 31, 15, 59))).toBe('2025-12-31')
    expect(today(Date.UTC(2025, 11, 31, 16, 0))).toBe('2026-01-01')
  })
  it('open on the newest year with records, unless one was chosen', () => {
    const now = '2026-11-26'
    chosen.period = around('year', now)
    openOn('', now)
    openOn('2026-01-02', now)
    expect(chosen.period.from).toBe('2026-01-01')
    openOn('2025-12-31', now)
    expect(chosen.period).toEqual(around('year', '2025-12-31'))
    chosen.period = around('month', now)
    openOn('2025-12-31', now)
    expect(chosen.period.from).toBe('2026-11-01')
  })
  it('go on to the new year with its first record, unless another period was chosen', () => {
    const [eve, morning] = ['2026-12-31', '2027-01-01']
    chosen.period = around('year', eve)
    openOn('2025-12-31', eve)
    expect(ended(eve)).toBe(true) // opened on a year that is over
    goOn('2025-12-31', eve)
    expect(chosen.period.from).toBe('2025-01-01')
    goOn(eve, eve)
    expect(chosen.period).toEqual(around('year', '2026-06-01'))
    expect(ended(eve)).toBe(false)
    goOn(eve, morning)
    expect(chosen.period.from).toBe('2026-01-01')
    chosen.period = around('month', eve)
    goOn(morning, morning)
    expect(chosen.period.from).toBe('2026-12-01')
    chosen.period = around('year', eve)
    goOn(morning, morning)
    expect(chosen.period).toEqual(around('year', morning))
  })
})
