import type { DeviceInfo } from '../api'
import { count, moment } from '../format'

type T = (key: string, values?: Record<string, unknown>) => string

/** standingText says in words whether we wait for a computer. now is the server's clock. */
export function standingText(d: DeviceInfo, now: number, t: T): string {
  switch (d.standing) {
    case 'in': return t('devices.received', { at: moment(d.last_seen, t, now) })
    case 'waiting': return t('devices.stillWaiting', { n: count(d.waiting) })
    case 'silent': return t('devices.silentDays', { n: Math.floor((now - Math.max(d.last_seen, d.enrolled_at)) / 86_400_000) })
    case 'lost': return t('devices.lostNow')
    case 'retired': return t('devices.retiredNow')
  }
  return t('devices.neverYet')
}
