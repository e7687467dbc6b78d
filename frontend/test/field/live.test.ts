import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'

class Stream extends EventTarget {
  constructor() {
    super()
    stream = this
  }
}
let stream: EventTarget
vi.stubGlobal('EventSource', Stream)
const { useLive } = await import('../../src/field/live')
const { state } = await import('../../src/field/state')

afterEach(() => vi.useRealTimers())

function screen() {
  const waiting: ((n: number) => void)[] = []
  let live!: ReturnType<typeof useLive<number>>
  const shown = mount(defineComponent({ setup() {
    live = useLive<number>(() => new Promise((r) => waiting.push(r)), ['handout'])
    return () => h('b', String(live.data.value))
  } }))
  return { waiting, live, shown }
}

describe('what a screen shows', () => {
  it('is not overwritten by what was asked for before a deed', async () => {
    const { waiting, live, shown } = screen()
    live.data.value = 2 // what a tap answered
    waiting[0](1)
    await vi.waitFor(() => expect(waiting).toHaveLength(2))
    expect(shown.text()).toBe('2')
    waiting[1](3)
    await vi.waitFor(() => expect(shown.text()).toBe('3'))
    shown.unmount()
  })

  it('is asked for again after changes, and whenever changes may have been missed', async () => {
    vi.useFakeTimers()
    const { waiting, shown } = screen()
    const heard = async (name: string, data?: unknown) => {
      stream.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
      await vi.advanceTimersByTimeAsync(200)
      return waiting.length
    }
    expect(await heard('changed', { tables: ['venue'] })).toBe(1)
    expect(await heard('changed', { tables: ['venue', 'handout'] })).toBe(2)
    expect(await heard('open')).toBe(3)
    expect(await heard('behind', {})).toBe(4)
    shown.unmount()
    expect(await heard('changed', { tables: ['handout'] })).toBe(4)
  })

  it('is asked for again when another day begins in China', async () => {
    vi.useFakeTimers()
    const { waiting, shown } = screen()
    const at = async (time: string) => {
      state.now = Date.parse(time)
      await vi.advanceTimersByTimeAsync(200)
      return waiting.length
    }
    await at('2025-12-31T08:00:00Z')
    const before = waiting.length
    expect(await at('2025-12-31T15:59:59Z')).toBe(before)
    expect(await at('2025-12-31T16:00:00Z')).toBe(before + 1)
    shown.unmount()
  })
})
