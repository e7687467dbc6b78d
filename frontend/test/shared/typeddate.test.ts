import { mount } from '@vue/test-utils'
import { ElDatePicker } from 'element-plus'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { readTypedDates, typedDate } from '../../src/shared/typeddate'

const december = Date.UTC(2026, 11, 28)

describe('a date as it is typed', () => {
  it.each([
    ['2025-01-05', '2025-01-05'], ['2025/1/5', '2025-01-05'], ['20250105', '2025-01-05'], ['2025年1月5日', '2025-01-05'], ['２０２５．１．５', '2025-01-05'],
    ['1-5', '2027-01-05'], ['12.20', '2026-12-20'], ['1月5日', '2027-01-05'], ['0105', '2027-01-05'], ['2-29', '2028-02-29'],
    ['2026-02-29', null], ['2025-13-01', null], ['4-31', null], ['0-5', null], ['明天', null], ['5', null], ['2025-01-05 09:30', null],
  ])('%s means %s', (text, means) => {
    // the 29th of February is in no year beside 2026's, but in 2028's
    expect(typedDate(text, false, text === '2-29' ? Date.UTC(2027, 11, 1) : december)).toBe(means)
  })
  it.each([['1-5 9:30', '2027-01-05 09:30'], ['2026-12-31 23点', '2026-12-31 23:00'], ['12-31', '2026-12-31 00:00'], ['1-5 24:00', null], ['1-5 9:75', null]])('%s with a time means %s', (text, means) => {
    expect(typedDate(text, true, december)).toBe(means)
  })
})

describe('a date picker', () => {
  let refused = 0
  readTypedDates(() => refused++)
  beforeEach(() => (refused = 0))
  async function typed(text: string): Promise<string> {
    const day = ref('2026-03-01')
    const shown = mount(defineComponent({ setup: () => () => h(ElDatePicker, { modelValue: day.value, 'onUpdate:modelValue': (v: string) => (day.value = v), type: 'date', valueFormat: 'YYYY-MM-DD' }) }), { attachTo: document.body })
    await shown.get('input').setValue(text) // and leaves the field
    shown.unmount()
    return day.value
  }
  it('takes a date in any of these ways, of this year', async () => {
    const year = new Date().getFullYear()
    expect(['-1', '', '+1'].map((n) => String(year + Number(n)))).toContain((await typed('1-5')).slice(0, 4))
    expect(await typed('2026/5/6')).toBe('2026-05-06')
    expect(refused).toBe(0)
  })
  it('keeps its date and says so when what is typed is none', async () => {
    expect(await typed('2026-13-45')).toBe('2026-03-01')
    expect(refused).toBe(1)
  })
})
