import { describe, expect, it } from 'vitest'
import { reactive, ref } from 'vue'
import { useClosing } from '../../src/field/consult/closing'
import { blank } from '../../src/field/consult/form'

function made(stored: boolean) {
  const form = reactive(blank('a'))
  return { form, closing: useClosing(form, ref(stored)) }
}

describe('the switch 已办结', () => {
  it('follows the outcome of a new consultation until it is touched', () => {
    const { form, closing } = made(false)
    for (const [outcome, closed] of [['K1', true], ['K2', false], ['K6', true], ['K3', false]] as const) {
      form.outcome = outcome
      expect(form.closed).toBe(closed)
    }
    closing.toggle()
    form.outcome = 'K7'
    expect(form.closed).toBe(true)
  })
  it('is off while somebody is to be called back, whatever was touched', () => {
    const { form, closing } = made(false)
    form.outcome = 'K2'
    closing.toggle()
    form.outcome = 'K5'
    expect(form.closed).toBe(false)
    closing.toggle()
    expect(form.closed).toBe(false)
  })
  it('of a stored one stands as it is loaded, and can be closed after the call', () => {
    const { form, closing } = made(true)
    closing.load(() => Object.assign(form, { outcome: 'K5', closed: true }))
    expect(form.closed).toBe(true)
    form.outcome = 'K1'
    expect(form.closed).toBe(true)
    form.outcome = 'K5'
    expect(form.closed).toBe(false)
    closing.toggle()
    expect(form.closed).toBe(true)
  })
  it('of an unfinished one stays as it was left', () => {
    const { form, closing } = made(false)
    closing.load(() => Object.assign(form, { outcome: 'K2', closed: true }))
    expect(form.closed).toBe(true)
    form.outcome = 'K3'
    expect(form.closed).toBe(true)
  })
})
