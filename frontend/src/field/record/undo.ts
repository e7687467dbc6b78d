import { h } from 'vue'
import { ElMessage } from 'element-plus'
import { i18n } from '../i18n'
import { place, say, tell } from '../state'

const { t } = i18n.global
let offered: { run: () => Promise<void>; close: () => void } | null = null

/** Says what was done and offers, for a while, to take it back: by its button or by Ctrl+Z. */
export function sayUndo(text: string, undo: () => Promise<unknown>): void {
  const one = {
    close: () => message.close(),
    async run(): Promise<void> {
      if (offered !== one) return // taken back already
      offered = null
      message.close()
      try {
        await undo()
        say(t('consult.restoredOne'))
      } catch (e) {
        tell(e)
      }
    },
  }
  const button = h('button', { type: 'button', class: 'link', 'data-test': 'take-back', style: 'margin-left: 16px', onClick: () => void one.run() }, [h('kbd', 'Ctrl Z'), ' ' + t('booth.undo')])
  const message = ElMessage({ ...place, type: 'success', duration: 10_000, showClose: true, message: h('span', [text, button]), onClose: () => { if (offered === one) offered = null } })
  offered = one
}

/** Offers it no longer: something newer is what Ctrl+Z takes back. */
export function withdraw(): void {
  offered?.close()
  offered = null
}

/** Takes back what is still offered; false when nothing is. */
export function takeBack(): boolean {
  if (!offered) return false
  void offered.run()
  return true
}
