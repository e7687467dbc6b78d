// Codes in the reader's language, from the tables generated out of internal/model.
import { i18n } from './i18n'
import { codeLabel } from '../shared/codes'

export function label(table: string, code: string): string {
  return code ? codeLabel(table, code, i18n.global.locale.value === 'en' ? 'en' : 'zh') : ''
}

/** columnTable is the code table of a record's column, if it holds codes. */
export function columnTable(table: string, column: string): string {
  const tables: Record<string, string> = {
    kind: table === 'activity' ? 'activity_kind' : '', fraud_type: 'fraud_type', fraud_types: 'fraud_type', channels: 'channel', stage: 'stage', age_band: 'age_band',
    outcome: 'consultation_outcome', role: 'role', occupation: 'role', audience_roles: 'role', advice: 'advice', pay_method: 'pay_method', gender: 'gender',
    source: table === 'attendance' ? 'attendance_source' : 'consultation_source',
  }
  return tables[column] ?? ''
}
