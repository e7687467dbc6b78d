// From a figure to its records: which list, which filter.
import type { LocationQueryRaw, RouteLocationRaw, Router } from 'vue-router'
import type { RecordQuery } from '../api'
import { chosen } from '../period'

interface From { card: string; from?: string; to?: string; unit?: string; type?: string }

const lists: Record<string, { table: string; only?: string; kind?: string }> = {
  large: { table: 'activity', only: 'large' },
  leaflets: { table: 'activity', only: 'leaflets' },
  consultations: { table: 'consultation' },
  lectures: { table: 'activity', only: 'lectures' },
  cafe_meetings: { table: 'activity', kind: 'cafe_meeting' },
  attendance: { table: 'attendance' },
  activities: { table: 'activity' },
}

/** recordsOf is the address of the list behind a figure. */
export function recordsOf(f: From): RouteLocationRaw {
  const list = lists[f.card]
  const query: LocationQueryRaw = { from: f.from ?? chosen.period.from, to: f.to ?? chosen.period.to }
  const units = f.unit ? [f.unit] : chosen.units
  if (units.length) query.unit = units
  if (list.only) query.only = list.only
  if (list.kind) query.kind = list.kind
  if (f.type) query.type = f.type
  return { name: 'records', params: { table: list.table }, query }
}

export const openRecords = (router: Router, f: From) => void router.push(recordsOf(f))

/** exportAddress is where the CSV of a list is. */
export function exportAddress(name: string, q: Partial<RecordQuery>): string {
  const p = new URLSearchParams()
  if (q.from) p.set('from', q.from)
  if (q.to) p.set('to', q.to)
  for (const unit of q.units ?? []) p.append('unit', unit)
  if (q.kind) p.set('kind', q.kind)
  if (q.only) p.set('only', q.only)
  if (q.fraud_type) p.set('fraud_type', q.fraud_type)
  if (q.activity_id) p.set('activity', q.activity_id)
  for (const part of ['hours', 'venue', 'place'] as const) if (q[part]) p.set(part, q[part])
  return `/export/${name}.csv?${p}`
}
