import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { on } from '../shared/events'
import { toError, type RpcError } from '../shared/rpc'

interface Live<T> {
  data: Ref<T | null>
  error: Ref<RpcError | null>
  reload: () => Promise<void>
}

/** Loads data when the screen opens and again when rows of the tables change. */
export function useLive<T>(load: () => Promise<T>, tables: string[]): Live<T> {
  const data = ref(null) as Ref<T | null>
  const error = ref<RpcError | null>(null)
  let run = 0
  async function reload(): Promise<void> {
    const mine = ++run
    try {
      const got = await load()
      if (mine === run) {
        data.value = got
        error.value = null
      }
    } catch (e) {
      if (mine === run) error.value = toError(e)
    }
  }
  let stop: (() => void) | undefined
  let soon: ReturnType<typeof setTimeout> | undefined
  onMounted(() => {
    void reload()
    stop = on<{ tables: string[] }>('changed', (c) => {
      if (c.tables.some((t) => tables.includes(t))) {
        clearTimeout(soon)
        soon = setTimeout(() => void reload(), 120)
      }
    })
  })
  onBeforeUnmount(() => {
    run++
    clearTimeout(soon)
    stop?.()
  })
  return { data, error, reload }
}
