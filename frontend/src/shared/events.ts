/** Calls fn on every event of a name until the returned function is called. */
export function on<T>(name: string, fn: (payload: T) => void): () => void {
  if (window.runtime?.EventsOn) return window.runtime.EventsOn(name, (p) => fn(p as T))
  const listener = (e: Event) => fn(JSON.parse((e as MessageEvent<string>).data) as T)
  const source = stream()
  source.addEventListener(name, listener)
  return () => source.removeEventListener(name, listener)
}

let source: EventSource | undefined

/** The one event stream of this page; the browser reconnects it by itself. */
function stream(): EventSource {
  return (source ??= new EventSource('events'))
}
