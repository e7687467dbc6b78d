// Codes in the reader's language, by the names that the office gave them.
import * as tables from '../shared/codes'
import type { Code, CodeTable } from '../shared/codes.gen'
import { i18n } from './i18n'

/** label is a code's name; an unknown code as it is. */
export function label(table: string, code: string): string {
  return tables.label(table as CodeTable, code, i18n.global.locale.value)
}

const shown = (list: Code[]) => list.map((c) => ({ code: c.code, label: i18n.global.locale.value === 'en' ? c.en : c.zh }))

/** codesOf are the codes of a table to choose from; of a record that stands, also the one it has. */
export const codesOf = (table: string, has = '') => shown(tables.list(table as CodeTable, has))

/** allCodes are also those no longer chosen, to find old records by. */
export const allCodes = (table: string) => shown(tables.all(table as CodeTable))

const columns: Record<string, string> = {
  fraud_type: 'fraud_type', fraud_types: 'fraud_type', channels: 'channel', stage: 'stage', age_band: 'age_band', outcome: 'outcome', role: 'role', occupation: 'role',
  audience_roles: 'role', advice: 'advice', pay_method: 'pay_method', gender: 'gender', source: 'source', state: 'activity_state', absent_reason: 'absent_reason',
}

/** columnTable is the code table of a record's column; "" when it holds no codes. */
export function columnTable(table: string, column: string): string {
  return column === 'kind' && table === 'activity' ? 'activity_kind' : (columns[column] ?? '')
}
