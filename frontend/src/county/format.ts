// How figures, money and times are printed.
import { today } from './period'

type T = (key: string, values?: Record<string, unknown>) => string

export const count = (n: number) => n.toLocaleString('en-US')

/** yuan prints fen: 12,000.00; whole amounts without decimals. */
export function yuan(fen: number): string {
  const text = (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  return text.endsWith('.00') ? text.slice(0, -3) : text
}

/** rate prints tenths of a percent: +34.7%. */
export function rate(x10: number): string {
  const sign = x10 > 0 ? '+' : x10 < 0 ? '−' : ''
  return `${sign}${Math.floor(Math.abs(x10) / 10)}.${Math.abs(x10) % 10}%`
}

const local = (ms: number) => new Date(ms + 8 * 3600_000).toISOString()
export const clock = (ms: number) => local(ms).slice(11, 16)
export const dateOf = (ms: number) => local(ms).slice(0, 10)
export const dateTime = (ms: number) => `${dateOf(ms)} ${clock(ms)}`

/** moment is short and near: 09:40 today, 昨天 18:02, 06-07 09:40, 2024-06-07. */
export function moment(ms: number, t: T, now = Date.now()): string {
  const day = dateOf(ms)
  if (day === today(now)) return t('time.today', { at: clock(ms) })
  if (day === today(now - 86_400_000)) return t('time.yesterday', { at: clock(ms) })
  return day.slice(0, 4) === today(now).slice(0, 4) ? `${day.slice(5)} ${clock(ms)}` : day
}

/** clockOffset says how far a laptop's clock is off, "" within ten minutes. */
export function clockOffset(ms: number, t: T): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  if (minutes < 10) return ''
  const size = minutes < 120 ? t('time.minutes', { n: minutes }) : minutes < 2880 ? t('time.hours', { n: Math.round(minutes / 60) }) : t('time.days', { n: Math.round(minutes / 1440) })
  return t(ms > 0 ? 'devices.clockFast' : 'devices.clockSlow', { by: size })
}
