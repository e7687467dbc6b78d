// Answers come in any order. What is shown must be the newest that is known.

export interface Latest {
  /** Asks; returns once the answer to this or to a later question is shown. */
  ask(): Promise<void>
  /** Says that something newer is shown than what was asked for until now: it is asked for again. */
  told(): void
  /** Drops what is still to come. */
  stop(): void
}

/** One question, asked again and again: an answer is shown unless a later question was asked or a deed has told newer things meanwhile. */
export function latest<T>(load: () => Promise<T>, show: (got: T) => void, fail: (e: unknown) => void): Latest {
  let turn = 0 // of questions and deeds
  let newest = 0 // the turn of the newest question
  let asking: Promise<void> = Promise.resolve()
  async function run(): Promise<void> {
    const mine = (newest = ++turn)
    try {
      const got = await load()
      if (mine === turn) show(got)
    } catch (e) {
      if (mine === turn) fail(e)
    }
    if (mine === turn) return
    await (mine === newest ? ask() : asking)
  }
  const ask = () => (asking = run())
  return {
    ask,
    told: () => void turn++,
    stop() {
      turn++
      newest = 0
      asking = Promise.resolve()
    },
  }
}

/** Deeds that begin one after the other, however fast they are asked for and whatever comes of the one before. */
export function inTurn(): (deed: () => unknown) => Promise<void> {
  let queue: Promise<void> = Promise.resolve()
  return (deed) => {
    const done = queue.then(async () => { await deed() })
    queue = done.catch(() => undefined)
    return done
  }
}
