import { describe, expect, it, vi } from 'vitest'
import { inTurn, latest } from '../../src/shared/latest'

/** A call that is answered by hand. */
function calls<T>() {
  const waiting: { answer(v: T): void; refuse(e: unknown): void }[] = []
  return { waiting, make: () => new Promise<T>((answer, refuse) => waiting.push({ answer, refuse })) }
}

describe('the newest answer', () => {
  it('stays, whichever comes last, and is waited for', async () => {
    const { waiting, make } = calls<number>()
    const seen: number[] = []
    const q = latest(make, (n) => seen.push(n), (e) => seen.push(-Number(e)))
    let first = false
    void q.ask().then(() => (first = true))
    const second = q.ask()
    waiting[0].answer(1)
    await Promise.resolve()
    expect(first).toBe(false)
    waiting[1].answer(2)
    await second
    await vi.waitFor(() => expect(first).toBe(true))
    expect(seen).toEqual([2])
  })

  it('is asked for again when a deed told newer things, also after a failure', async () => {
    const { waiting, make } = calls<number>()
    const seen: number[] = []
    const q = latest(make, (n) => seen.push(n), (e) => seen.push(-Number(e)))
    const run = q.ask()
    q.told()
    waiting[0].refuse(1)
    await vi.waitFor(() => expect(waiting).toHaveLength(2))
    waiting[1].refuse(2)
    await run
    expect(seen).toEqual([-2])
  })

  it('is not shown any more once nobody looks', async () => {
    const { waiting, make } = calls<number>()
    const seen: number[] = []
    const q = latest(make, (n) => seen.push(n), () => undefined)
    const run = q.ask()
    q.stop()
    waiting[0].answer(1)
    await run
    expect([seen, waiting.length]).toEqual([[], 1])
  })
})

it('deeds go one after the other, also after one that failed', async () => {
  const said: string[] = []
  const turn = inTurn()
  const { waiting, make } = calls<void>()
  const first = turn(() => (said.push('a'), make()))
  const second = turn(() => said.push('b'))
  await Promise.resolve()
  expect(said).toEqual(['a'])
  waiting[0].refuse(new Error('full'))
  await expect(first).rejects.toThrow('full')
  await second
  expect(said).toEqual(['a', 'b'])
})
