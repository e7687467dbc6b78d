// From a figure to the records that make it.
import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'
import { chosen } from '../period'

export interface From { code: string; part?: string; from?: string; to?: string; unit?: string }

/** figureRoute is the address of the records behind a figure. */
export function figureRoute(f: From): RouteLocationRaw {
  const query: LocationQueryRaw = { from: f.from ?? chosen.period.from, to: f.to ?? chosen.period.to }
  const units = f.unit ? [f.unit] : chosen.units
  if (units.length) query.unit = units
  if (f.part) query.part = f.part
  return { name: 'figure', params: { code: f.code }, query }
}

/** figureText prints a figure's value: counts as they are, money in 万元. */
export function figureText(kind: string, value: number): string {
  if (kind === 'fen') return wan(value)
  if (kind === 'percent') return `${Math.floor(value / 10)}.${value % 10}%`
  return value.toLocaleString('en-US')
}

/** wan prints fen in 万元 with two decimals, half up. */
export function wan(fen: number): string {
  const cents = Math.floor((fen + 5_000) / 10_000)
  return `${Math.floor(cents / 100).toLocaleString('en-US')}.${String(cents % 100).padStart(2, '0')}`
}
