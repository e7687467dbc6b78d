// Which places an account sees. The server decides what it may do; this spares it dead ends.
import { computed } from 'vue'
import { me } from './session'

const ofUnit = ['overview', 'records', 'record', 'figure', 'analysis', 'plan', 'devices', 'settings']
const places: Record<string, string[]> = { lead: [...ofUnit, 'reports'], officer: ofUnit, auditor: ['devices', 'audit', 'settings'] }

/** mayOpen tells whether the account's pages include a place. */
export function mayOpen(name: string): boolean {
  const list = places[me.value?.role ?? '']
  return list ? list.includes(name) : name !== 'audit' || me.value?.role === 'admin'
}
/** office is whether the account works on the whole county's records. */
export const office = computed(() => me.value?.role === 'admin' || me.value?.role === 'analyst')
/** exporting is whether the account may take ledgers away. */
export const exporting = computed(() => office.value || me.value?.role === 'lead')
/** home is where an account begins. */
export const home = (): string => (mayOpen('overview') ? 'overview' : 'audit')
export const roles = ['admin', 'analyst', 'lead', 'officer', 'auditor'] as const
