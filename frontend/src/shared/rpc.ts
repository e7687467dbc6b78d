// One way to call the Go services from both shells: the desktop window offers
// them as objects, the browser as POST requests.

type Method = (...args: unknown[]) => Promise<unknown>

declare global {
  interface Window {
    go?: { app?: Record<string, Record<string, Method>> }
    runtime?: { EventsOn(name: string, fn: (payload: unknown) => void): () => void }
  }
}

/** An error with a sentence for the person at the screen. */
export class RpcError extends Error {
  constructor(
    readonly code: string,
    readonly zh: string,
    readonly en: string,
    readonly field = '',
  ) {
    super(zh)
  }
}

const lost = () =>
  new RpcError('lost', '和本机程序断开了，刚才这一步没有保存。请关闭窗口重新打开。', 'The connection to the program on this computer is lost; this step was not saved. Close the window and open it again.')

/** Turns whatever a shell reports into an RpcError. */
export function toError(raw: unknown): RpcError {
  if (raw instanceof RpcError) return raw
  const text = raw instanceof Error ? raw.message : String(raw)
  try {
    const e = JSON.parse(text) as { code?: string; field?: string; message?: string; message_en?: string }
    if (e.code) return new RpcError(e.code, e.message ?? e.code, e.message_en ?? e.message ?? e.code, e.field)
  } catch {
    // not one of ours
  }
  return new RpcError('internal', '程序出错了，刚才这一步没有保存，之前的内容都在。请再试一次。', 'Something went wrong; this step was not saved, everything before it is. Please try again.')
}

/** Calls a method of a service; the result is durable when the promise resolves. */
export async function call<T>(service: string, method: string, args: unknown[]): Promise<T> {
  const bound = window.go?.app?.[service]?.[method]
  if (bound) {
    try {
      return (await bound(...args)) as T
    } catch (e) {
      throw toError(e)
    }
  }
  let response: Response
  try {
    response = await fetch(`rpc/${service}/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Fieldkit': '1' },
      body: JSON.stringify(args),
    })
  } catch {
    throw lost()
  }
  if (!response.ok) throw toError(await response.text())
  return (await response.json()) as T
}
