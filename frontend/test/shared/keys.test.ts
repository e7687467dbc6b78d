import { describe, expect, it } from 'vitest'
import { keyName, typing } from '../../src/shared/keys'

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
