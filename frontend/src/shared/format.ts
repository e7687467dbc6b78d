// Times are the county's: UTC+8 all year, whatever the computer thinks.
const offset = 8 * 3600_000

const two = (n: number) => String(n).padStart(2, '0')

function parts(ms: number) {
  const d = new Date(ms + offset)
  return { y: d.getUTCFullYear(), m: d.getUTCMonth() + 1, d: d.getUTCDate(), h: d.getUTCHours(), min: d.getUTCMinutes(), s: d.getUTCSeconds() }
}

/** 09:42 */
export function clock(ms: number): string {
  const p = parts(ms)
  return `${two(p.h)}:${two(p.min)}`
}

/** 2025-01-10: the day that a moment lies in */
export function dayOf(ms: number): string {
  return new Date(ms + offset).toISOString().slice(0, 10)
}

/** 09:42:07 */
export function clockSeconds(ms: number): string {
  return `${clock(ms)}:${two(parts(ms).s)}`
}

/** 01-10 09:42, or the time alone today */
export function when(ms: number, now = Date.now()): string {
  if (!ms) return ''
  const p = parts(ms)
  const n = parts(now)
  if (p.y === n.y && p.m === n.m && p.d === n.d) return clock(ms)
  return `${p.y === n.y ? '' : p.y + '-'}${two(p.m)}-${two(p.d)} ${clock(ms)}`
}

/** 1,420 */
export function grouped(n: number): string {
  return n.toLocaleString('en-US')
}

/** 12,000.00 out of fen */
export function yuan(fen: number): string {
  return (fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

/** What an amount typed as "3w" or "1.2万" means in yuan; null when it is not understood. */
export function typedAmount(text: string): number | null {
  const m = /^([\d,]+(?:\.\d+)?)\s*(w|万)?$/i.exec(text.normalize('NFKC').replace(/[元¥￥\s]/g, ''))
  return m ? Number(m[1].replace(/,/g, '')) * (m[2] ? 10_000 : 1) : null
}

/** 3.4 KB */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(1)} KB`
  if (n < 1024 ** 3) return `${(n / 1024 ** 2).toFixed(1)} MB`
  return `${(n / 1024 ** 3).toFixed(1)} GB`
}
