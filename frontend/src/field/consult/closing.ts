import { computed, watch, type Ref } from 'vue'
import type { ConsultationForm } from '../../shared/api.gen'

/** Whether nothing is left to do after an outcome: the question was answered, or it was no fraud. */
export const settles = (outcome: string): boolean => outcome === 'K1' || outcome === 'K6'

/**
 * The switch 已办结 of a form. Of a new consultation it follows the outcome until it is
 * touched. Whoever is to be called back is not done with, also when a stored one becomes so;
 * it is closed after the call.
 */
export function useClosing(form: ConsultationForm, editing: Ref<boolean>) {
  let touched = false
  let loading = false
  const toCall = computed(() => !editing.value && form.outcome === 'K5')
  watch(() => form.outcome, (outcome, before) => {
    // Not when the record, or what was typed of it, has just been loaded into the form.
    if (!loading && outcome !== before) form.closed = outcome === 'K5' ? false : editing.value || touched ? form.closed : settles(outcome)
  }, { flush: 'sync' })
  return {
    /** It cannot be switched on. */
    toCall,
    toggle(): void {
      if (toCall.value) return
      touched = true
      form.closed = !form.closed
    },
    /** Fills the form without the switch following. */
    load(fill: () => void): void {
      loading = true
      fill()
      loading = false
      touched = !editing.value && !!form.outcome && form.closed !== settles(form.outcome)
    },
  }
}
