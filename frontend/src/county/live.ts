// The server tells when kits have synced; pages ask again a moment later.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

/** useLive calls reload at most once in a while after rows changed, only while the page is shown. */
export function useLive(reload: () => void, pause = 800): void {
  let source: EventSource | null = null
  let timer = 0
  const changed = () => {
    if (!timer) timer = window.setTimeout(() => { timer = 0; reload() }, pause)
  }
  const listen = () => {
    if (source) return
    source = new EventSource('/events')
    source.addEventListener('changed', changed)
  }
  const rest = () => {
    source?.close()
    source = null
    window.clearTimeout(timer)
    timer = 0
  }
  onMounted(listen)
  onActivated(listen)
  onDeactivated(rest)
  onBeforeUnmount(rest)
}
