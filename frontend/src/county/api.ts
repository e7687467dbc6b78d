// The county's calls (internal/county/service.go) as the dashboard uses them.
import { call } from '../shared/rpc'

export interface Me { account: string; display: string; role: string; county: string; version: string }
export interface Totals { activities: number; leaflets: number; consultations: number; attendance: number }
export interface Card { key: string; value: number; base: number; rate_x10: number | null }
export interface TrendPoint { key: string; now: Totals; base: Totals }
export interface Share { code: string; count: number }
export interface UnitTotals { id: string; name: string; totals: Totals }
export interface DeviceInfo {
  id: string; label: string; unit: string; state: string; standing: string; enrolled_at: number; last_seen: number
  waiting: number; clock_ms: number; version: string; received: number
}
export interface RecordLine {
  table: string; id: string; at: number; title: string; kind: string; unit: string; officer: string; device: string; state: string; recorded: number
  leaflets: number; consultations: number; attendance: number; qty: number
  fraud_type: string; stage: string; age_band: string; outcome: string; amount_fen: number
  org: string; role: string; phone: string; source: string; signed: boolean; signed_at: number
}
export interface OverviewQuery { from: string; to: string; units: string[] }
export interface Overview {
  county: string; from: string; to: string; cards: Card[]; by: string; trend: TrendPoint[]; fraud_types: Share[]
  units: UnitTotals[]; newest: RecordLine[]; devices: DeviceInfo[]; at: number
}
export interface RecordQuery {
  table: string; from: string; to: string; units: string[]; kind: string; only: string; fraud_type: string; activity_id: string; cursor: string
}
export interface RecordPage { rows: RecordLine[]; next: string; total: number }
export interface Field { name: string; kind: string; text: string; number: number; list: string[] }
export interface RecordDetail {
  record: RecordLine; fields: Field[]; updated_at: number; voided: boolean; activity: string
  handouts: RecordLine[]; consultations: number; roster: number
}
export interface UnitForm { code: string; name: string; short_name: string; department: string }
export interface Unit extends UnitForm { id: string }
export interface CodeForm { unit_id: string; unit: UnitForm; label: string }
export interface IssuedCode { id: string; text: string; unit_id: string; unit_name: string; label: string; addresses: string[]; expires_at: number }
export interface OpenCode { id: string; unit_name: string; label: string; issued_by: string; issued_at: number; expires_at: number }
export interface ServerSettings { addresses: string[]; own: boolean; pin: string; realm: string }
export interface AuditEntry { seq: number; at: number; actor: string; action: string; subject: string; address: string; detail: string }

const ask = <T>(method: string, ...args: unknown[]) => call('County', method, args) as Promise<T>

export const County = {
  Login: (name: string, password: string) => ask<Me>('Login', name, password),
  Logout: () => ask<void>('Logout'),
  Me: () => ask<Me>('Me'),
  Overview: (q: OverviewQuery) => ask<Overview>('Overview', q),
  Records: (q: RecordQuery) => ask<RecordPage>('Records', q),
  RecordOf: (table: string, id: string) => ask<RecordDetail>('RecordOf', table, id),
  Devices: () => ask<DeviceInfo[]>('Devices'),
  SetDeviceState: (id: string, state: string) => ask<void>('SetDeviceState', id, state),
  IssueCode: (f: CodeForm) => ask<IssuedCode>('IssueCode', f),
  Codes: () => ask<OpenCode[]>('Codes'),
  WithdrawCode: (id: string) => ask<void>('WithdrawCode', id),
  Units: () => ask<Unit[]>('Units'),
  AddUnit: (f: UnitForm) => ask<Unit>('AddUnit', f),
  Settings: () => ask<ServerSettings>('Settings'),
  SetAddresses: (addresses: string[]) => ask<void>('SetAddresses', addresses),
  Audit: (before: number) => ask<AuditEntry[]>('Audit', before),
}
