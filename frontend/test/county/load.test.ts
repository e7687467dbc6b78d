import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useLoad } from '../../src/county/load'
import { RpcError } from '../../src/shared/rpc'

afterEach(() => vi.useRealTimers())

describe('a question to the server', () => {
  it('drops an answer that a later one overtook', async () => {
    const waiting: ((n: number) => void)[] = []
    const load = effectScope().run(() => useLoad(() => new Promise<number>((r) => waiting.push(r))))!
    const first = load.run()
    const second = load.run()
    waiting[1](2)
    await second
    waiting[0](1)
    await first
    expect(load.data.value).toBe(2)
  })

  it('is asked again when a deed came before its answer', async () => {
    const waiting: ((n: number) => void)[] = []
    const load = effectScope().run(() => useLoad(() => new Promise<number>((r) => waiting.push(r))))!
    const run = load.run()
    load.data.value = 2 // what the deed answered
    waiting[0](1)
    await vi.waitFor(() => expect(waiting).toHaveLength(2))
    expect(load.data.value).toBe(2)
    waiting[1](3)
    await run
    expect([load.data.value, load.loading.value]).toEqual([3, false])
  })

  it('is asked again when the server was away, and keeps what was shown', async () => {
    vi.useFakeTimers()
    let away = false
    let asked = 0
    const scope = effectScope()
    const load = scope.run(() => useLoad(async () => {
      asked++
      if (away) throw new RpcError('lost', '断了', 'lost')
      return asked
    }))!
    await load.run()
    away = true
    await load.run()
    expect(load.data.value).toBe(1)
    expect(load.error.value).not.toBe('')
    away = false
    await vi.advanceTimersByTimeAsync(10_000)
    expect(load.error.value).toBe('')
    expect(load.data.value).toBe(3)
    away = true
    await load.run()
    scope.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(4)
  })

  it('is not repeated when it was refused', async () => {
    vi.useFakeTimers()
    let asked = 0
    const load = effectScope().run(() => useLoad(async () => {
      asked++
      throw new RpcError('period', '结束日期早于开始日期', 'The last day is before the first')
    }))!
    await load.run()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toBe(1)
    expect(load.error.value).toBe('结束日期早于开始日期')
  })
})
