// Codes in the reader's language, from the tables generated out of internal/model.
import { codes } from '../shared/codes.gen'
import { i18n } from './i18n'

type Language = 'zh' | 'en'
const language = (): Language => (i18n.global.locale.value === 'en' ? 'en' : 'zh')
const tables = codes as unknown as Record<string, { code: string; zh: string; en: string }[]>

/** label is a code's name; an unknown code as it is. */
export function label(table: string, code: string): string {
  return tables[table]?.find((c) => c.code === code)?.[language()] ?? code
}

/** codesOf is a whole table, for a list to choose from. */
export function codesOf(table: string): { code: string; label: string }[] {
  return (tables[table] ?? []).map((c) => ({ code: c.code, label: c[language()] }))
}

const columns: Record<string, string> = {
  fraud_type: 'fraud_type', fraud_types: 'fraud_type', channels: 'channel', stage: 'stage', age_band: 'age_band', outcome: 'outcome', role: 'role', occupation: 'role',
  audience_roles: 'role', advice: 'advice', pay_method: 'pay_method', gender: 'gender', source: 'source', state: 'activity_state', absent_reason: 'absent_reason',
}

/** columnTable is the code table of a record's column; "" when it holds no codes. */
export function columnTable(table: string, column: string): string {
  return column === 'kind' && table === 'activity' ? 'activity_kind' : (columns[column] ?? '')
}
