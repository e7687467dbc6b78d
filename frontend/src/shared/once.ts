/**
 * Runs one save at a time: pressed again while the first is on its way, a button or
 * key does nothing, so that a doubled Enter makes no second record.
 */
export function once<A extends unknown[], R>(save: (...args: A) => Promise<R>): (...args: A) => Promise<R | undefined> {
  let running = false
  return async (...args) => {
    if (running) return undefined
    running = true
    try {
      return await save(...args)
    } finally {
      running = false
    }
  }
}
