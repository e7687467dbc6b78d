import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { keyName, typing, useKeys } from '../../src/shared/keys'

const press = (code: string, more: Partial<KeyboardEventInit> = {}) => keyName(new KeyboardEvent('keydown', { code, ...more }))

describe('keys are named by where they are', () => {
  it('whatever the input method makes of them', () => {
    expect(press('Digit1', { key: '！' })).toBe('1')
    expect(press('Numpad7')).toBe('7')
    expect(press('KeyC', { key: 'Process' })).toBe('C')
    expect(press('Digit3', { shiftKey: true })).toBe('Shift+3')
    expect(press('Enter', { ctrlKey: true })).toBe('Ctrl+Enter')
    expect(press('NumpadEnter')).toBe('Enter')
    expect(press('KeyN', { altKey: true })).toBe('Alt+N')
    expect(press('Slash')).toBe('Slash')
  })

  it('and are letters where a person types', () => {
    const input = document.createElement('input')
    const div = document.createElement('div')
    expect(typing({ target: input } as unknown as Event)).toBe(true)
    expect(typing({ target: div } as unknown as Event)).toBe(false)
  })
})

describe('a screen that hears keys', () => {
  const heard: string[] = []
  let value = ''
  const screen = mount(defineComponent({
    setup() {
      useKeys((name) => { heard.push(name + (value ? ' ' + value : '')); return true })
      return () => h('div', [h('input', { onChange: (e: Event) => (value = (e.target as HTMLInputElement).value) }), h('button'), h('p', { tabindex: 0 })])
    },
  }), { attachTo: document.body })
  const [input, button, text] = ['input', 'button', 'p'].map((s) => screen.get<HTMLElement>(s).element) as [HTMLInputElement, HTMLElement, HTMLElement]
  const key = (on: Element, code: string, more: Partial<KeyboardEventInit> = {}) => {
    const e = new KeyboardEvent('keydown', { code, key: code, bubbles: true, cancelable: true, ...more })
    on.dispatchEvent(e)
    return e.defaultPrevented
  }
  const tabTo = (e: HTMLElement) => { key(document.body, 'Tab'); e.focus(); heard.length = 0 }
  afterEach(() => { heard.length = 0; value = '' })

  it('takes what is typed into a field before it runs a command from there', () => {
    input.value = '12'
    key(input, 'Enter', { ctrlKey: true })
    expect(heard).toEqual(['Ctrl+Enter 12'])
  })
  it('leaves to a field what edits it', () => {
    for (const k of ['A', 'C', 'V', 'X', 'Y', 'Z']) expect(key(input, 'Key' + k, { ctrlKey: true })).toBe(false)
    expect(key(input, 'KeyZ', { ctrlKey: true, shiftKey: true })).toBe(false)
    expect(heard).toEqual([])
    expect(value).toBe('')
    key(button, 'KeyZ', { ctrlKey: true })
    expect(heard).toEqual(['Ctrl+Z'])
  })
  it('takes a key that is held down once, but goes on along a list', () => {
    key(text, 'Digit1')
    expect(key(text, 'Digit1', { repeat: true })).toBe(true) // nor is it the page's
    key(text, 'Enter', { repeat: true })
    expect(heard).toEqual(['1'])
    key(text, 'ArrowDown')
    key(text, 'ArrowDown', { repeat: true })
    expect(heard).toEqual(['1', 'ArrowDown', 'ArrowDown'])
  })
  it('leaves Enter and Space to a button that was reached by Tab', async () => {
    button.focus()
    key(button, 'Enter')
    expect(heard).toEqual(['Enter'])
    button.blur()
    tabTo(button)
    expect([key(button, 'Enter'), key(button, 'Space')]).toEqual([false, false])
    expect(heard).toEqual([])
    key(button, 'KeyN')
    expect(heard).toEqual(['N'])
    tabTo(text)
    key(text, 'Enter')
    expect(heard).toEqual(['Enter'])
    await new Promise((done) => setTimeout(done))
    button.focus() // by the screen
    key(button, 'Enter')
    expect(heard).toEqual(['Enter', 'Enter'])
  })
})
