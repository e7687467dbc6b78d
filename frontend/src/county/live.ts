// The server tells when kits have synced; pages ask again a moment later. One
// stream serves the whole page: a browser allows few per server.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

type Listener = (tables: string[] | null) => void // null: any may have changed

const listeners = new Set<Listener>()
let source: EventSource | null = null

function join(fn: Listener) {
  listeners.add(fn)
  if (source) return
  const tell: Listener = (tables) => listeners.forEach((f) => f(tables))
  source = new EventSource('/events')
  source.addEventListener('changed', (e: MessageEvent<string>) => tell((JSON.parse(e.data) as { tables: string[] | null }).tables))
  // What happened between the pages' questions and here, while there was no line, or while
  // this browser was too slow, was not heard.
  for (const name of ['open', 'behind']) source.addEventListener(name, () => tell(null))
}

function leave(fn: Listener) {
  listeners.delete(fn)
  if (listeners.size) return
  source?.close()
  source = null
}

/** useLive calls reload after rows changed, of one table or of any, at most once per pause, while the page is shown; a kept page that comes back, if rows changed meanwhile. */
export function useLive(reload: () => void, pause = 800, of = ''): void {
  let timer = 0
  let away = false
  let missed = false
  const changed: Listener = (tables) => {
    if (of && tables && !tables.includes(of)) return
    if (away) missed = true
    else if (!timer) timer = window.setTimeout(() => { timer = 0; reload() }, pause)
  }
  onMounted(() => join(changed))
  onActivated(() => {
    away = false
    if (missed) reload()
    missed = false
  })
  onDeactivated(() => {
    away = true
    missed = timer !== 0
    window.clearTimeout(timer)
    timer = 0
  })
  onBeforeUnmount(() => {
    leave(changed)
    window.clearTimeout(timer)
  })
}
