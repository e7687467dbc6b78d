import { ref } from 'vue'
import { i18n } from '../i18n'
import { say, tell } from '../state'
import { sayUndo } from './undo'

const { t } = i18n.global

interface Service {
  Void(id: string, reason: string): Promise<unknown>
  Restore(id: string): Promise<unknown>
}

/** Voids and restores the records of a list: asked about in a VoidDialog, taken back for a while. */
export function useVoiding(service: Service, reload: () => Promise<void>) {
  const voiding = ref(false)
  let victim = ''
  async function run(deed: () => Promise<unknown>, done: () => void): Promise<void> {
    try {
      await deed()
      done()
      await reload()
    } catch (e) {
      tell(e)
    }
  }
  return {
    voiding,
    ask(id: string): void {
      victim = id
      voiding.value = true
    },
    drop(reason: string): Promise<void> {
      const id = victim
      return run(() => service.Void(id, reason), () => sayUndo(t('consult.voided'), () => service.Restore(id)))
    },
    restore: (id: string) => run(() => service.Restore(id), () => say(t('consult.restoredOne'))),
  }
}
