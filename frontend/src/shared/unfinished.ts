import { ref, type Ref } from 'vue'
import { seen } from './seen'

// What was typed into a dialog and not saved is there again when the dialog is opened
// again, so that Escape or a click beside it loses nothing. In memory only.
interface Left { form: string; saw: string }
const left = new Map<string, Left>()

export interface Unfinished<F extends object> {
  /** Whether the dialog shows what was left. */
  back: Ref<boolean>
  /** What was left under a name, and what the record showed then; null for nothing. */
  take(name: string): { form: F; saw: Omit<F, 'saw'> } | null
  /** Leaves the form under the name that was taken, unless it was saved or nothing was changed in it. */
  leave(form: F, saw: object): void
  /** Forgets it: it was saved, or the form begins anew. */
  done(): void
}

export function useUnfinished<F extends object>(): Unfinished<F> {
  let name = ''
  let over = true
  const back = ref(false)
  return {
    back,
    take(of) {
      name = of
      over = false
      const kept = left.get(of)
      back.value = !!kept
      return kept ? { form: JSON.parse(kept.form) as F, saw: JSON.parse(kept.saw) as Omit<F, 'saw'> } : null
    },
    leave(form, saw) {
      if (over) return
      over = true
      const [now, then] = [JSON.stringify(seen(form)), JSON.stringify(saw)]
      if (now === then) left.delete(name)
      else left.set(name, { form: now, saw: then })
    },
    done() {
      over = true
      back.value = false
      left.delete(name)
    },
  }
}
