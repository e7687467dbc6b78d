// A report's text that did not reach the server: its page may be gone, as when the session
// ended. In memory only, and for the account that typed it.
import type { Block } from '../api'

export interface Unsaved {
  /** The text that the typing began with. */
  saw: string
  blocks: Block[]
}

const kept = new Map<string, Unsaved>()
const key = (account: string, report: string) => account + ' ' + report

export const keepUnsaved = (account: string, report: string, typed: Unsaved): void => void kept.set(key(account, report), typed)
export const saved = (account: string, report: string): void => void kept.delete(key(account, report))
export const unsaved = (account: string, report: string): Unsaved | undefined => kept.get(key(account, report))
