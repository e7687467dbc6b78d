// One question to the server and its three states: loading, failed, answered.
// An answer that was overtaken by a later question, or by what a deed answered, is
// dropped; a question that found no server is asked again by itself.
import { computed, onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { latest } from '../shared/latest'
import { toError } from '../shared/rpc'
import { messageOf } from './message'
import { checked } from './session'

const AGAIN = 8000 // ms

export interface Load<T> {
  data: Ref<T | null> // written to by what a deed answered
  error: Ref<string>
  loading: Ref<boolean>
  run: () => Promise<void>
}

export function useLoad<T>(ask: () => Promise<T>): Load<T> {
  const got = shallowRef<T | null>(null)
  const error = ref('')
  const loading = ref(false)
  let timer = 0
  const question = latest(() => {
    window.clearTimeout(timer)
    loading.value = true
    return checked(ask())
  }, (answer) => {
    got.value = answer
    error.value = ''
    loading.value = false
  }, (e) => {
    error.value = messageOf(e)
    loading.value = false
    if (toError(e).code === 'lost') timer = window.setTimeout(question.ask, AGAIN)
  })
  const data = computed({
    get: () => got.value,
    set: (now) => {
      question.told()
      got.value = now
    },
  })
  onScopeDispose(() => {
    question.stop()
    window.clearTimeout(timer)
  })
  return { data, error, loading, run: question.ask }
}
