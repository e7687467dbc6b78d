import { describe, expect, it } from 'vitest'
import { all, codeOf, find, label, list, some, useOffice } from '../../src/shared/codes'
import { bytes, clock, typedAmount, when, yuan } from '../../src/shared/format'
import { toError } from '../../src/shared/rpc'

describe('times are the county’s', () => {
  const morning = Date.UTC(2025, 0, 10, 1, 5) // 09:05 at UTC+8
  it('in hours and minutes today, with the date otherwise', () => {
    expect(clock(morning)).toBe('09:05')
    expect(when(morning, morning + 3600_000)).toBe('09:05')
    expect(when(morning, morning + 86_400_000)).toBe('01-10 09:05')
    expect(when(morning, Date.UTC(2026, 5, 1))).toBe('2025-01-10 09:05')
    expect(when(0)).toBe('')
  })
})

describe('amounts', () => {
  it('mean what people type', () => {
    expect(typedAmount('1.2w')).toBe(12000)
    expect(typedAmount('3万')).toBe(30000)
    expect(typedAmount('１,200.50元')).toBe(1200.5)
    expect(typedAmount('=1+1')).toBeNull()
    expect(typedAmount('很多')).toBeNull()
  })
  it('show two decimals', () => {
    expect(yuan(1200050)).toBe('12,000.50')
    expect(bytes(1464)).toBe('1.4 KB')
  })
})

describe('codes are found', () => {
  it('by number, alias, name and in English', () => {
    expect(find('fraud_type', '1')[0].code).toBe('F01')
    expect(find('fraud_type', '杀猪盘')[0].code).toBe('F02')
    expect(find('fraud_type', '公检法')[0].code).toBe('F08')
    expect(find('fraud_type', 'fake loan')[0].code).toBe('F05')
    expect(find('fraud_type', 'zzz')).toEqual([])
    expect(label('stage', 'G3', 'en')).toBe('Paid')
    expect(label('stage', 'G9')).toBe('G9')
  })
})

describe('the office’s codes', () => {
  const shipped = list('fraud_type').length
  it('are renamed, added and retired', () => {
    useOffice({ labels: { 'fraud_type.F01': '刷单做任务' }, added: { fraud_type: [{ code: 'X01', zh: '殡葬诈骗', en: 'Funeral fraud' }] }, retired: ['fraud_type.F28'] })
    expect(label('fraud_type', 'F01')).toBe('刷单做任务')
    expect(label('fraud_type', 'F01', 'en')).toBe('刷单做任务')
    expect(label('fraud_type', 'X01', 'en')).toBe('Funeral fraud')
    expect(find('fraud_type', '做任务')[0].code).toBe('F01')
    expect(list('fraud_type').map((c) => c.code)).not.toContain('F28')
    expect(find('fraud_type', '欠费')).toEqual([])
    expect(list('fraud_type')).toHaveLength(shipped)
    // An old record keeps what it has, and a filter finds it.
    expect(list('fraud_type', 'F28')).toHaveLength(shipped + 1)
    expect(list('fraud_type', ['F28', 'F01'])).toHaveLength(shipped + 1)
    expect(all('fraud_type').map((c) => c.code)).toContain('F28')
    expect(codeOf('fraud_type', 'F28')?.zh).toBe('电话欠费/包裹类')
    expect(some('fraud_type', ['F01', 'F28']).map((c) => c.code)).toEqual(['F01', 'X01']) // what suits, less what is retired, and the office's own
    expect(some('fraud_type', ['F01'], 'F28').map((c) => c.code)).toEqual(['F01', 'F28', 'X01'])
    useOffice({ labels: {}, added: {}, retired: [] })
    expect(list('fraud_type')).toHaveLength(shipped)
    expect(label('fraud_type', 'F01')).toBe('刷单返利')
  })
})

describe('errors', () => {
  it('of both shells become sentences', () => {
    const e = toError('{"code":"invalid","field":"loss","message":"不行","message_en":"no"}')
    expect([e.code, e.field, e.zh, e.en]).toEqual(['invalid', 'loss', '不行', 'no'])
    expect(toError(new Error('boom')).code).toBe('internal')
    expect(toError('<html>').zh).toContain('没有保存')
  })
})
