import { nextTick, onBeforeUnmount, onMounted, watch } from 'vue'

/**
 * Names a key by where it is on the keyboard, so that it works while a Chinese
 * input method is on: "1", "C", "Slash", "Ctrl+Enter", "Shift+3".
 */
export function keyName(e: KeyboardEvent): string {
  const code = e.code.replace(/^(Digit|Numpad|Key)(?=.$)/, '').replace(/^NumpadEnter$/, 'Enter')
  return (e.ctrlKey || e.metaKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + (e.shiftKey && !/^F\d/.test(code) ? 'Shift+' : '') + code
}

/** Whether the person is typing into a field, where letters are letters. */
export function typing(e: Event): boolean {
  const t = e.target as HTMLElement | null
  return !!t && (t.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName)) && (t as HTMLInputElement).type !== 'button'
}

export interface Keys {
  /** Called with the key's name; returns true when it was for this screen. */
  (name: string, e: KeyboardEvent): boolean | void
}

// The last screen or dialog that opened hears keys first and may keep them all.
const stack: { fn: Keys; modal: boolean }[] = []

// Some widgets keep Enter to themselves, also with Ctrl: commands are heard on the way down.
const commands = (e: KeyboardEvent): void => { if (e.ctrlKey || e.metaKey) dispatch(e) }
const others = (e: KeyboardEvent): void => { if (!e.ctrlKey && !e.metaKey) dispatch(e) }

// In a field these are the field's: mark all, copy, cut, paste, take back, do again.
const editing = /^Ctrl\+(Shift\+)?[ACVXYZ]$/
const command = /^(Ctrl|Alt)\+(Shift\+)?([0-9A-Z]|Enter)$/
const travelling = /(^|\+)(Arrow|Page)/
let taken = '' // the key that a screen took last, by its code

function dispatch(e: KeyboardEvent): void {
  if (e.isComposing || e.keyCode === 229) return
  const name = keyName(e)
  const field = typing(e)
  if (field && (!/^(Ctrl\+|Alt\+|F\d|Escape)/.test(name) || editing.test(name))) return
  if (/^(Enter|Space)$/.test(name) && ownsEnter()) return
  // A key held down is pressed once; only what goes along a list goes on.
  if (e.repeat && !travelling.test(name)) {
    if (e.code === taken) e.preventDefault()
    return
  }
  taken = ''
  // Date pickers and number fields take what was typed when it changes hands, which a
  // command from within them does not: it would save what stood there before.
  if (field && command.test(name)) e.target?.dispatchEvent(new Event('change', { bubbles: true }))
  for (let i = stack.length - 1; i >= 0; i--) {
    if (stack[i].fn(name, e)) {
      taken = e.code
      e.preventDefault()
      return
    }
    if (stack[i].modal) return
  }
}

// Who goes to a button with Tab presses it with Enter or Space, whatever these mean to
// the screen otherwise; a button that was clicked, or given the focus by a dialog, does not keep them.
let byTab: Element | null = null
let tabbing = false
function tab(e: KeyboardEvent): void {
  if (e.key !== 'Tab') return
  tabbing = true
  setTimeout(() => (tabbing = false)) // the focus moves before
}
const focused = (e: FocusEvent): void => { byTab = tabbing ? (e.target as Element) : null }
const pointed = (): void => { byTab = null }
const ownsEnter = (): boolean => !!byTab && byTab === document.activeElement && byTab.matches('button, a[href], summary, .entry, [role=button], [role=tab], [role=radio], [role=checkbox], [role=switch]')

function hear(entry: { fn: Keys; modal: boolean }): void {
  if (stack.includes(entry)) return
  if (stack.length === 0) {
    window.addEventListener('keydown', commands, true)
    window.addEventListener('keydown', others)
    window.addEventListener('keydown', tab, true)
    window.addEventListener('focusin', focused)
    window.addEventListener('pointerdown', pointed, true)
  }
  stack.push(entry)
}
function leave(entry: { fn: Keys; modal: boolean }): void {
  const at = stack.indexOf(entry)
  if (at < 0) return
  stack.splice(at, 1)
  if (stack.length === 0) {
    window.removeEventListener('keydown', commands, true)
    window.removeEventListener('keydown', others)
    window.removeEventListener('keydown', tab, true)
    window.removeEventListener('focusin', focused)
    window.removeEventListener('pointerdown', pointed, true)
  }
}

/**
 * Hears keys while the component is shown. A modal one lets nothing through; one that
 * stands within another is heard before it, though it is mounted first.
 */
export function useKeys(fn: Keys, modal = false, within = false): void {
  const entry = { fn, modal }
  let here = true
  onMounted(() => (within ? void nextTick(() => here && hear(entry)) : hear(entry)))
  onBeforeUnmount(() => {
    here = false
    leave(entry)
  })
}

/**
 * Hears keys while a dialog is open, before the screen it stands on, and lets
 * nothing through to it. Escape stays the dialog's own.
 */
export function useDialogKeys(open: () => boolean, fn: Keys = () => undefined): void {
  const entry = { fn, modal: true }
  onMounted(() => watch(open, (is) => (is ? hear(entry) : leave(entry)), { immediate: true }))
  onBeforeUnmount(() => leave(entry))
}
