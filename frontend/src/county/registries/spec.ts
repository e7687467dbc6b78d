// What each register's list and form show. The server checks what is typed.
export type Kind = 'text' | 'code' | 'unit' | 'int' | 'date' | 'yuan' | 'bool'
export interface FieldSpec { name: string; kind: Kind; codes?: string; fixed?: boolean; needed?: boolean; list?: boolean; wide?: boolean; personal?: boolean }

export const registers: Record<string, FieldSpec[]> = {
  unit: [
    { name: 'code', kind: 'text', fixed: true, needed: true, list: true }, { name: 'name', kind: 'text', needed: true, list: true, wide: true }, { name: 'short_name', kind: 'text', needed: true, list: true },
    { name: 'department', kind: 'code', codes: 'department', needed: true, list: true }, { name: 'parent_id', kind: 'unit', list: true }, { name: 'report_to', kind: 'text' },
    { name: 'service_phone', kind: 'text', list: true }, { name: 'teller_headcount', kind: 'int', list: true }, { name: 'staff_headcount', kind: 'int', list: true },
  ],
  officer: [
    { name: 'staff_no', kind: 'text', fixed: true, needed: true, list: true }, { name: 'name', kind: 'text', needed: true, list: true }, { name: 'unit_id', kind: 'unit', needed: true, list: true, wide: true },
    { name: 'role', kind: 'code', codes: 'role', needed: true, list: true }, { name: 'active', kind: 'bool', list: true },
  ],
  venue: [
    { name: 'kind', kind: 'code', codes: 'venue_kind', needed: true, list: true }, { name: 'name', kind: 'text', needed: true, list: true, wide: true }, { name: 'town', kind: 'text', needed: true, list: true },
    { name: 'community', kind: 'text' }, { name: 'address', kind: 'text', list: true, wide: true }, { name: 'contact_name', kind: 'text', personal: true }, { name: 'contact_phone', kind: 'text', personal: true },
    { name: 'licence_no', kind: 'text', list: true }, { name: 'seats', kind: 'int', list: true }, { name: 'state', kind: 'code', codes: 'venue_state', list: true },
  ],
  material: [
    { name: 'code', kind: 'text', fixed: true, needed: true, list: true }, { name: 'group', kind: 'code', codes: 'material_group', fixed: true, needed: true, list: true }, { name: 'name', kind: 'text', needed: true, list: true, wide: true },
    { name: 'edition', kind: 'text', list: true }, { name: 'hotkey', kind: 'int', list: true }, { name: 'low_stock', kind: 'int', list: true }, { name: 'unit_cost_fen', kind: 'yuan', list: true },
  ],
  period: [
    { name: 'year', kind: 'int', fixed: true, needed: true, list: true }, { name: 'code', kind: 'code', codes: 'period', fixed: true, needed: true, list: true, wide: true },
    { name: 'from_on', kind: 'date', needed: true, list: true }, { name: 'to_on', kind: 'date', needed: true, list: true },
  ],
}
export const tables = Object.keys(registers)
export const mergeable = ['venue', 'unit', 'officer', 'material']
/** twins are what duplicates are looked for in: the registers, events and outcomes recorded twice, and people who signed twice at one meeting. */
export const twins: Record<string, FieldSpec[]> = {
  ...Object.fromEntries(mergeable.map((name) => [name, registers[name]])),
  activity: [
    { name: 'when', kind: 'text' }, { name: 'activity_kind', kind: 'code', codes: 'activity_kind' }, { name: 'title', kind: 'text' }, { name: 'place', kind: 'text' }, { name: 'lead', kind: 'text' }, { name: 'partners', kind: 'text' },
    { name: 'activity_state', kind: 'code', codes: 'activity_state' },
  ],
  outcome: [
    { name: 'occurred_on', kind: 'text' }, { name: 'outcome_kind', kind: 'code', codes: 'outcome_kind' }, { name: 'ref_no', kind: 'text' }, { name: 'outcome_source', kind: 'code', codes: 'outcome_source' }, { name: 'averted_fen', kind: 'yuan' },
    { name: 'recovered_fen', kind: 'yuan' }, { name: 'persons', kind: 'int' }, { name: 'lead', kind: 'text' }, { name: 'partners', kind: 'text' },
  ],
  case_digest: [{ name: 'name', kind: 'text' }, { name: 'fraud_types', kind: 'text' }, { name: 'digest_state', kind: 'code', codes: 'digest_state' }],
  attendance: [
    { name: 'name', kind: 'text' }, { name: 'org_name', kind: 'text' }, { name: 'role', kind: 'code', codes: 'role' }, { name: 'phone', kind: 'text' }, { name: 'source', kind: 'text' }, { name: 'meeting', kind: 'text' },
  ],
}
/** recorded are the twins that have no register to list what was joined. */
export const recorded = ['activity', 'outcome', 'case_digest', 'attendance']
