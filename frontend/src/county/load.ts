// One question to the server and its three states: loading, failed, answered.
// An answer that was overtaken by a later question is dropped; a question that
// found no server is asked again by itself.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { toError } from '../shared/rpc'
import { messageOf } from './message'
import { checked } from './session'

const AGAIN = 8000 // ms

export interface Load<T> {
  data: ShallowRef<T | null>
  error: Ref<string>
  loading: Ref<boolean>
  run: () => Promise<void>
}

export function useLoad<T>(ask: () => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = ref('')
  const loading = ref(false)
  let turn = 0
  let timer = 0
  async function run() {
    const mine = ++turn
    window.clearTimeout(timer)
    loading.value = true
    try {
      const answer = await checked(ask())
      if (mine === turn) {
        data.value = answer
        error.value = ''
      }
    } catch (e) {
      if (mine === turn) {
        error.value = messageOf(e)
        if (toError(e).code === 'lost') timer = window.setTimeout(run, AGAIN)
      }
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  onScopeDispose(() => {
    turn++
    window.clearTimeout(timer)
  })
  return { data, error, loading, run }
}
