// One question to the server and its three states: loading, failed, answered.
// An answer that was overtaken by a later question is dropped.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { messageOf } from './message'
import { checked } from './session'

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
  async function run() {
    const mine = ++turn
    loading.value = true
    try {
      const answer = await checked(ask())
      if (mine === turn) {
        data.value = answer
        error.value = ''
      }
    } catch (e) {
      if (mine === turn) error.value = messageOf(e)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  return { data, error, loading, run }
}
