import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { i18n } from '../../src/field/i18n'

// The line to the program answers when the test says so.
const asked: { text: string; limit: number; answer: (names: string[]) => void }[] = []
vi.stubGlobal('fetch', (_url: string, init: RequestInit) => new Promise((done) => {
  const [{ text, limit }] = JSON.parse(String(init.body)) as [{ text: string; limit: number }]
  asked.push({ text, limit, answer: (names) => done(new Response(JSON.stringify(names.map((name) => ({ id: 'id-' + name, name, kind: 'street', town: '' }))))) })
}))
const { default: PlaceField } = await import('../../src/field/booth/PlaceField.vue')

afterEach(() => vi.useRealTimers())

function field() {
  asked.length = 0
  const place = ref({ venueId: '', text: '' })
  let entered = 0
  const shown = mount(defineComponent({ setup: () => () => h(PlaceField, { modelValue: place.value, 'onUpdate:modelValue': (v: typeof place.value) => (place.value = v), onEnter: () => entered++ }) }), { global: { plugins: [i18n] }, attachTo: document.body })
  const input = shown.get('input')
  return { place, shown, type: (text: string) => input.setValue(text), press: async (more = {}) => { await input.trigger('keydown', { key: 'Enter', code: 'Enter', ...more }) }, entered: () => entered }
}

describe('Enter in a place', () => {
  it('takes the first venue for what is typed, though no list is there yet, and then goes on', async () => {
    const f = field()
    await f.type('cg')
    await f.press()
    await vi.waitFor(() => expect(asked.some((a) => a.text === 'cg' && a.limit === 1)).toBe(true))
    expect(f.entered()).toBe(0)
    asked.find((a) => a.limit === 1)!.answer(['城关广场'])
    await vi.waitFor(() => expect(f.place.value).toEqual({ venueId: 'id-城关广场', text: '城关广场' }))
    expect(f.entered()).toBe(0)
    await f.press()
    await vi.waitFor(() => expect(f.entered()).toBe(1))
    f.shown.unmount()
  })

  it('takes nothing when more was typed before the answer came', async () => {
    const f = field()
    await f.type('c')
    await f.press()
    await vi.waitFor(() => expect(asked.some((a) => a.limit === 1)).toBe(true))
    await f.type('ys')
    asked.find((a) => a.limit === 1)!.answer(['城关广场'])
    await new Promise((done) => setTimeout(done, 20))
    expect(f.place.value).toEqual({ venueId: '', text: 'ys' })
    expect(f.entered()).toBe(0)
    f.shown.unmount()
  })

  it('goes on with words that no venue has, and not while an input method composes', async () => {
    const f = field()
    await f.type('村口大树下')
    await f.press({ isComposing: true })
    expect(asked.some((a) => a.limit === 1)).toBe(false)
    await f.press()
    await vi.waitFor(() => expect(asked.some((a) => a.limit === 1)).toBe(true))
    asked.find((a) => a.limit === 1)!.answer([])
    await vi.waitFor(() => expect(f.entered()).toBe(1))
    expect(f.place.value).toEqual({ venueId: '', text: '村口大树下' })
    f.shown.unmount()
  })

  it('shows the list of what is typed now, whatever comes first', async () => {
    const f = field()
    const list = () => [...document.querySelectorAll('.el-autocomplete-suggestion li')].map((e) => e.textContent)
    f.shown.get('input').element.dispatchEvent(new Event('focus'))
    await f.type('d')
    await vi.waitFor(() => expect(asked.some((a) => a.text === 'd')).toBe(true))
    await f.type('dzh')
    await vi.waitFor(() => expect(asked.some((a) => a.text === 'dzh')).toBe(true))
    asked.find((a) => a.text === 'dzh')!.answer(['大寨'])
    await vi.waitFor(() => expect(list().join()).toContain('大寨'))
    asked.find((a) => a.text === 'd')!.answer(['城关广场'])
    await new Promise((done) => setTimeout(done, 20))
    expect(list().join()).not.toContain('城关广场')
    f.shown.unmount()
  })
})
