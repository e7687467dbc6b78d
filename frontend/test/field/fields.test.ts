import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { i18n } from '../../src/field/i18n'

// The line to the program: it recognises eleven digits as a telephone number.
vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
  const [arg] = JSON.parse(String(init.body)) as [string | string[]]
  const lead = (key: string) => ({ key, kind: key.split(':')[0], display: key.split(':')[1], hits: 0 })
  const answer = url.endsWith('/Recognise') ? { leads: /^\d{11}$/.test(arg as string) ? [lead('phone:' + arg)] : [], guess: false, identities: 0, cut: false } : (arg as string[]).map(lead)
  return new Response(JSON.stringify(answer))
})
const { default: IndicatorField } = await import('../../src/field/consult/IndicatorField.vue')
const { default: FraudField } = await import('../../src/field/consult/FraudField.vue')

describe('a lead that is typed and not entered', () => {
  function field() {
    const keys = ref<string[]>([])
    const inner = ref<{ settle(): Promise<boolean> } | null>(null)
    const shown = mount(defineComponent({ setup: () => () => h(IndicatorField, { ref: inner, modelValue: keys.value, 'onUpdate:modelValue': (v: string[]) => (keys.value = v), none: false, 'onUpdate:none': () => undefined }) }), { global: { plugins: [i18n] }, attachTo: document.body })
    return { keys, shown, input: shown.get('input'), settle: () => inner.value!.settle() }
  }
  it('is taken when the record is saved, and nothing of it stays for the next', async () => {
    const f = field()
    await f.input.setValue('12800001234')
    expect(await f.settle()).toBe(true)
    expect(f.keys.value).toEqual(['phone:12800001234'])
    expect(f.input.element.value).toBe('')
    f.shown.unmount()
  })
  it('stays to be mended when it is none, also after Enter', async () => {
    const f = field()
    expect(await f.settle()).toBe(true) // nothing typed
    await f.input.setValue('那个人')
    expect(await f.settle()).toBe(false)
    await f.input.trigger('keydown', { code: 'Enter', key: 'Enter' })
    await new Promise((done) => setTimeout(done, 20))
    expect(f.input.element.value).toBe('那个人')
    expect(f.keys.value).toEqual([])
    f.shown.unmount()
  })
})

describe('a fraud type that is chosen', () => {
  async function after(...presses: string[]): Promise<string> {
    const code = ref('F05')
    const shown = mount(defineComponent({ setup: () => () => h(FraudField, { modelValue: code.value, 'onUpdate:modelValue': (v: string) => (code.value = v) }) }), { global: { plugins: [i18n] }, attachTo: document.body })
    const input = shown.get('input')
    await input.trigger('click')
    for (const key of presses) await input.trigger('keydown', { key, code: key })
    shown.unmount()
    return code.value
  }
  it('is not changed by a click into it and Enter', async () => {
    expect(await after('Enter')).toBe('F05')
  })
  it('is changed by the arrows and Enter', async () => {
    expect(await after('ArrowDown', 'Enter')).toBe('F02')
  })
})
