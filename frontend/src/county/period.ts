// The period of the figures: a month, a quarter, a year or two dates, all local
// dates as text. No time zone enters: a date is three numbers.
import { reactive } from 'vue'

export type Mode = 'month' | 'quarter' | 'year' | 'custom'
export interface Period { mode: Mode; from: string; to: string }

const pad = (n: number) => String(n).padStart(2, '0')
const date = (y: number, m: number, d: number) => `${y}-${pad(m)}-${pad(d)}`
const lastDay = (y: number, m: number) => new Date(Date.UTC(y, m, 0)).getUTCDate()

function split(text: string): [number, number, number] {
  const [y, m, d] = text.split('-').map(Number)
  return [y, m, d]
}

/** today as the county counts days: UTC+8. */
export function today(now = Date.now()): string {
  const t = new Date(now + 8 * 3600_000)
  return date(t.getUTCFullYear(), t.getUTCMonth() + 1, t.getUTCDate())
}

/** around is the month, quarter or year that a date lies in. */
export function around(mode: Mode, day: string): Period {
  const [y, m] = split(day)
  if (mode === 'month') return { mode, from: date(y, m, 1), to: date(y, m, lastDay(y, m)) }
  if (mode === 'quarter') {
    const first = m - ((m - 1) % 3)
    return { mode, from: date(y, first, 1), to: date(y, first + 2, lastDay(y, first + 2)) }
  }
  if (mode === 'year') return { mode, from: date(y, 1, 1), to: date(y, 12, 31) }
  return { mode, from: day, to: day }
}

/** shift moves a period by its own length; custom periods stay. */
export function shift(p: Period, by: number): Period {
  if (p.mode === 'custom') return p
  const months = { month: 1, quarter: 3, year: 12 }[p.mode] * by
  const [y, m] = split(p.from)
  const n = y * 12 + m - 1 + months
  return around(p.mode, date(Math.floor(n / 12), (n % 12) + 1, 1))
}

/** monthOf is the whole month of a key such as 2025-03. */
export const monthOf = (key: string): Period => around('month', key + '-01')

type T = (key: string, values?: Record<string, unknown>) => string

/** title names a period: 2025 年, 2025 年 3 月 … */
export function title(p: Pick<Period, 'from' | 'to'>, t: T): string {
  const [y, m, d] = split(p.from)
  for (const mode of ['year', 'quarter', 'month'] as const) {
    const whole = around(mode, p.from)
    if (whole.from === p.from && whole.to === p.to) return t(`period.title.${mode}`, { y, q: Math.ceil(m / 3), m })
  }
  if (p.from === p.to) return t('period.title.day', { y, m, d })
  return t('period.title.custom', { from: p.from, to: p.to })
}

/** chosen is what the office looks at now; every page shares it. */
export const chosen = reactive<{ period: Period; units: string[] }>({ period: around('year', today()), units: [] })

// The period that the pages stand on by themselves, until another is chosen.
let own = chosen.period
const asOpened = () => chosen.period.mode === own.mode && chosen.period.from === own.from

/** openOn opens the pages on the newest year with records, while that is not this year. Nothing is chosen yet. */
export function openOn(newest: string, now = today()): void {
  if (newest && newest.slice(0, 4) < now.slice(0, 4) && chosen.period.mode === 'year' && chosen.period.from === around('year', now).from) chosen.period = own = around('year', newest)
}

/** ended tells whether the year that the pages stand on by themselves is over, as of a page left open over New Year. */
export const ended = (now = today()): boolean => own.to < now && asOpened()

/** goOn takes pages whose year is over to this year, with its first record. */
export function goOn(newest: string, now = today()): void {
  if (ended(now) && newest >= around('year', now).from) chosen.period = own = around('year', now)
}
