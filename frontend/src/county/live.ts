// The server tells when kits have synced; pages ask again a moment later. One
// stream serves the whole page: a browser allows few per server.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

const listeners = new Set<() => void>()
let source: EventSource | null = null

function join(fn: () => void) {
  listeners.add(fn)
  if (source) return
  source = new EventSource('/events')
  source.addEventListener('changed', () => listeners.forEach((f) => f()))
}

function leave(fn: () => void) {
  listeners.delete(fn)
  if (listeners.size) return
  source?.close()
  source = null
}

/** useLive calls reload after rows changed, at most once per pause, while the page is shown. */
export function useLive(reload: () => void, pause = 800): void {
  let timer = 0
  const changed = () => {
    if (!timer) timer = window.setTimeout(() => { timer = 0; reload() }, pause)
  }
  const rest = () => {
    leave(changed)
    window.clearTimeout(timer)
    timer = 0
  }
  onMounted(() => join(changed))
  onActivated(() => join(changed))
  onDeactivated(rest)
  onBeforeUnmount(rest)
}
