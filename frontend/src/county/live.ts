// The server tells when kits have synced; pages ask again a moment later. One
// stream serves the whole page: a browser allows few per server.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

type Listener = (tables: string[] | null) => void // null: any may have changed

const listeners = new Set<Listener>()
let source: EventSource | null = null

function join(fn: Listener) {
  listeners.add(fn)
  if (source) return
  let lost = false
  const tell: Listener = (tables) => listeners.forEach((f) => f(tables))
  source = new EventSource('/events')
  source.addEventListener('changed', (e: MessageEvent<string>) => tell((JSON.parse(e.data) as { tables: string[] | null }).tables))
  source.addEventListener('error', () => (lost = true))
  source.addEventListener('open', () => {
    if (lost) tell(null) // what happened meanwhile was not heard
    lost = false
  })
}

function leave(fn: Listener) {
  listeners.delete(fn)
  if (listeners.size) return
  source?.close()
  source = null
}

/** useLive calls reload after rows changed, of one table or of any, at most once per pause, while the page is shown. */
export function useLive(reload: () => void, pause = 800, of = ''): void {
  let timer = 0
  const changed: Listener = (tables) => {
    if (!timer && (!of || !tables || tables.includes(of))) timer = window.setTimeout(() => { timer = 0; reload() }, pause)
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
