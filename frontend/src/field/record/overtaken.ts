import { ElMessage } from 'element-plus'
import { on } from '../../shared/events'
import { i18n } from '../i18n'
import { place } from '../state'

interface Overtaken {
  table: string
  fields: string[]
}

const { t, te } = i18n.global

/** What a field is called, by the name a form or a table has for it. */
export function fieldName(name: string): string {
  const key = ['column.' + name, 'column.' + name + '_fen', 'consult.' + name].find((k) => te(k))
  return key ? t(key) : name
}

/** Says when a form was saved over what another computer had changed under it. */
export function tellOvertaken(): void {
  on<Overtaken>('overtaken', (o) => {
    ElMessage({ ...place, type: 'warning', duration: 9000, showClose: true, message: t('record.overtaken', { fields: o.fields.map(fieldName).join(t('record.and')) }) })
  })
}
