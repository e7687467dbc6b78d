// What went wrong, in the reader's language.
import { i18n } from './i18n'

export function messageOf(error: unknown): string {
  const e = error as { message?: string; message_en?: string; code?: string } | null
  const english = i18n.global.locale.value === 'en'
  if (e?.code && e.message) return english && e.message_en ? e.message_en : e.message
  return i18n.global.t('error.unreachable')
}
