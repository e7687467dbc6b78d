import { computed, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { on, onBehind } from '../shared/events'
import { latest } from '../shared/latest'
import { toError, type RpcError } from '../shared/rpc'
import { dayOf } from '../shared/format'
import { state } from './state'

interface Live<T> {
  data: Ref<T | null> // written to by what a deed answered
  error: Ref<RpcError | null>
  reload: () => Promise<void>
}

/** Loads data when the screen opens and again when rows of the tables change or another day begins. */
export function useLive<T>(load: () => Promise<T>, tables: string[]): Live<T> {
  const got = ref(null) as Ref<T | null>
  const error = ref<RpcError | null>(null)
  const question = latest(load, (now) => {
    got.value = now
    error.value = null
  }, (e) => (error.value = toError(e)))
  const data = computed({
    get: () => got.value,
    set: (now) => {
      question.told()
      got.value = now
    },
  })
  const stop: (() => void)[] = []
  let soon: ReturnType<typeof setTimeout> | undefined
  const again = () => {
    clearTimeout(soon)
    soon = setTimeout(() => void question.ask(), 120)
  }
  watch(() => dayOf(state.now), again)
  onMounted(() => {
    void question.ask()
    stop.push(on<{ tables: string[] }>('changed', (c) => { if (c.tables.some((t) => tables.includes(t))) again() }), onBehind(again))
  })
  onBeforeUnmount(() => {
    question.stop()
    clearTimeout(soon)
    stop.forEach((f) => f())
  })
  return { data, error, reload: question.ask }
}
