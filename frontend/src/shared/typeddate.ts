// Dates as people type them. The picker's own reading takes 1-5 for a day of 2001, and
// what it cannot read it drops without a word.

const whole = /^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$/
const yearless = /^(?:(\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$/
const time = /[\sT]+(\d{1,2})[:：点时](\d{2})?分?$/

const two = (n: number) => String(n).padStart(2, '0')
const days = (y: number, m: number) => new Date(Date.UTC(y, m, 0)).getUTCDate()

/**
 * The date that a text means, as YYYY-MM-DD, with a time after it where one is asked for
 * (without one: midnight). A date without its year is the one nearest to now (ms); null
 * is none, also the 31st of a month that has 30 days.
 */
export function typedDate(text: string, timed: boolean, now: number): string | null {
  let day = text.normalize('NFKC').trim()
  let clock = ''
  if (timed) {
    const t = time.exec(day)
    if (t) {
      if (Number(t[1]) > 23 || Number(t[2] ?? 0) > 59) return null
      day = day.slice(0, t.index)
    }
    clock = t ? ` ${two(Number(t[1]))}:${two(Number(t[2] ?? 0))}` : ' 00:00'
  }
  const w = whole.exec(day)
  const s = w ? null : yearless.exec(day)
  if (!w && !s) return null
  const [m, d] = (w ? [w[2] ?? w[4], w[3] ?? w[5]] : [s![1] ?? s![3], s![2] ?? s![4]]).map(Number)
  const here = new Date(now + 8 * 3600_000).getUTCFullYear()
  const away = (y: number) => Math.abs(Date.UTC(y, m - 1, d) - now)
  const y = w ? Number(w[1]) : [here - 1, here, here + 1].filter((y) => d <= days(y, m)).sort((a, b) => away(a) - away(b))[0]
  if (!y || m < 1 || m > 12 || d < 1 || d > days(y, m)) return null
  return `${y}-${two(m)}-${two(d)}${clock}`
}

/** Writes out what is typed into the date pickers of the page before they read it; unknown is told of what is no date. */
export function readTypedDates(unknown: () => void): void {
  const read = (e: Event): void => {
    if (e instanceof KeyboardEvent && (e.key !== 'Enter' || e.isComposing)) return
    const input = e.target
    if (!(input instanceof HTMLInputElement) || !input.value.trim()) return
    const picker = input.closest('.el-date-editor')
    if (!picker || picker.classList.contains('el-range-editor')) return
    const date = typedDate(input.value, picker.classList.contains('el-date-editor--datetime'), Date.now())
    if (date === null) {
      e.stopImmediatePropagation()
      e.preventDefault()
      return unknown()
    }
    if (date === input.value) return
    input.value = date
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  window.addEventListener('change', read, true)
  window.addEventListener('keydown', read, true)
}
