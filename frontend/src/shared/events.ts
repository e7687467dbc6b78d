/** Calls fn on every event of a name until the returned function is called. */
export function on<T>(name: string, fn: (payload: T) => void): () => void {
  if (window.runtime?.EventsOn) return window.runtime.EventsOn(name, (p) => fn(p as T))
  const listener = (e: Event) => fn(JSON.parse((e as MessageEvent<string>).data) as T)
  const source = stream()
  source.addEventListener(name, listener)
  return () => source.removeEventListener(name, listener)
}

/**
 * Calls fn whenever events may have been missed: when the stream opens, first or again, after
 * the page has asked for what it shows, and when this page was too slow for it.
 */
export function onBehind(fn: () => void): () => void {
  if (window.runtime?.EventsOn) return () => undefined // the window's events have no stream
  const source = stream()
  const names = ['open', 'behind']
  for (const name of names) source.addEventListener(name, fn)
  return () => names.forEach((name) => source.removeEventListener(name, fn))
}

let source: EventSource | undefined

/** The one event stream of this page; the browser reconnects it by itself. */
function stream(): EventSource {
  return (source ??= new EventSource('events'))
}
