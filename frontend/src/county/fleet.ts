// The computers as the whole dashboard sees them: the pill at the top, the
// badge in the rail and the lists show the same answer.
import { computed, shallowRef } from 'vue'
import type { DeviceInfo } from './api'

export const devices = shallowRef<DeviceInfo[] | null>(null)

export const fleet = computed(() => {
  const n = { in: 0, waiting: 0, silent: 0, never: 0 }
  for (const d of devices.value ?? []) if (d.standing in n) n[d.standing as keyof typeof n]++
  return n
})

const order = ['silent', 'waiting', 'never', 'in', 'lost', 'retired']

/** byNeed puts first whom the office should look after: whose rows are not the county's, then who is silent, the longest first. */
export function byNeed(list: DeviceInfo[]): DeviceInfo[] {
  const seen = (a: DeviceInfo, b: DeviceInfo) => (a.standing === 'silent' ? a.last_seen - b.last_seen : b.last_seen - a.last_seen)
  return [...list].sort((a, b) => Number(b.astray > 0) - Number(a.astray > 0) || order.indexOf(a.standing) - order.indexOf(b.standing) || seen(a, b) || a.label.localeCompare(b.label))
}

/** tone is the colour of a standing: ok, wait, act or calm. */
export function tone(standing: string): string {
  return { in: 'ok', waiting: 'wait', silent: 'act', lost: 'act' }[standing] ?? 'calm'
}
