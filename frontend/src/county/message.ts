// What went wrong, in the reader's language.
import { toError } from '../shared/rpc'
import { i18n } from './i18n'

export function messageOf(raw: unknown): string {
  const e = toError(raw)
  if (e.code === 'lost') return i18n.global.t('error.unreachable')
  return i18n.global.locale.value === 'en' ? e.en : e.zh
}
