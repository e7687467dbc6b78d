import { computed, reactive, watch } from 'vue'
import { ElMessage } from 'element-plus'
import { Catalogue, Kit, Settings, Sync, type KitState, type Preferences, type SyncStatus } from '../shared/api.gen'
import { label as codeLabel, useOffice } from '../shared/codes'
import type { CodeTable } from '../shared/codes.gen'
import { on, onBehind } from '../shared/events'
import { latest } from '../shared/latest'
import { toError, type RpcError } from '../shared/rpc'
import { i18n } from './i18n'

interface State {
  kit: KitState | null
  sync: SyncStatus | null
  prefs: Preferences
  now: number
  failed: RpcError | null
}

/** What every screen shares: who and where we are, how sync stands, how it looks. */
export const state = reactive<State>({
  kit: null,
  sync: null,
  prefs: { language: 'zh-CN', theme: 'normal', large_type: false, sound: false },
  now: Date.now(),
  failed: null,
})

export const language = computed(() => (state.prefs.language === 'en' ? 'en' : 'zh-CN') as 'zh-CN' | 'en')

/** A code's label in the language of the screen. */
export function label(table: CodeTable, code: string): string {
  return codeLabel(table, code, language.value)
}

/** An error's sentence in the language of the screen. */
export function sentence(e: RpcError): string {
  return language.value === 'en' ? e.en : e.zh
}

// Messages stand on the top bar: every other strip of a screen has buttons or counts that a hand may be about to use.
export const place = { placement: 'top', offset: 7 } as const

// The newest takes the place of the one before: a fast hand would build a tower of
// them, and what went wrong is over once it has gone well.
let said: { close(): void } | undefined

/** Shows what went wrong; returns the error so that a form can mark its field. */
export function tell(raw: unknown): RpcError {
  const e = toError(raw)
  said?.close()
  said = ElMessage({ type: 'error', message: sentence(e), duration: 6000, showClose: true, grouping: true, ...place })
  return e
}

export function say(message: string): void {
  said?.close()
  said = ElMessage({ type: 'success', message, duration: 2500, grouping: true, ...place })
}

watch(
  () => state.prefs,
  (p) => {
    i18n.global.locale.value = language.value
    const root = document.documentElement
    root.lang = language.value
    root.classList.toggle('sun', p.theme === 'sun')
    root.classList.toggle('large', p.large_type)
  },
  { deep: true, immediate: true },
)

let failed: unknown
const standing = latest(async () => (state.kit?.enrolled ? await Sync.Status() : null), (s) => (state.sync = s), (e) => (failed = e))

/** Takes over how sync stands as a deed or an event told it. */
export function showSync(s: SyncStatus | null): void {
  standing.told()
  state.sync = s
}

export async function refreshSync(): Promise<void> {
  failed = undefined
  await standing.ask()
  if (failed) throw failed
}

/** Takes over what the county calls the codes. */
async function refreshCodes(): Promise<void> {
  if (state.kit?.enrolled) useOffice(await Catalogue.Codes())
}

export async function refreshKit(): Promise<void> {
  state.kit = await Kit.State()
  await refreshCodes()
  await refreshSync()
}

/** Reads everything once and keeps it up to date. */
export async function start(): Promise<void> {
  try {
    state.prefs = await Settings.Get()
    await refreshKit()
  } catch (e) {
    state.failed = toError(e)
    return
  }
  setInterval(() => (state.now = Date.now()), 1000)
  on<SyncStatus>('sync', showSync)
  let soon: ReturnType<typeof setTimeout> | undefined
  const again = () => {
    clearTimeout(soon)
    soon = setTimeout(() => void refreshSync().catch(() => undefined), 150)
  }
  on<{ tables: string[] }>('changed', (c) => {
    if (c.tables.includes('setting')) void refreshCodes().catch(() => undefined)
    again()
  })
  onBehind(() => {
    void refreshCodes().catch(() => undefined)
    again()
  })
}
