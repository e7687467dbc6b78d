import { shallowRef } from 'vue'
import { codes, type Code, type CodeTable } from './codes.gen'

export type Language = 'zh-CN' | 'en'

/** What the county's office changed of the tables as shipped. */
export interface CodeNames {
  /** The office's name of a code, by "table.code". */
  labels: Record<string, string>
  /** Its own codes, by table. */
  added: Record<string, Code[]>
  /** Codes that are no longer picked, as "table.code"; old records keep them. */
  retired: string[]
}

const office = shallowRef<{ names: CodeNames; retired: Set<string> }>({ names: { labels: {}, added: {}, retired: [] }, retired: new Set() })

/** Lays the office's names over the tables; every screen follows. */
export function useOffice(names: CodeNames): void {
  office.value = { names, retired: new Set(names.retired) }
}

/** Every code of a table by the office's names, also those no longer picked. */
export function all(table: CodeTable): Code[] {
  const { labels, added } = office.value.names
  const shipped = codes[table] as Code[]
  return (added[table]?.length ? [...shipped, ...added[table]] : shipped).map((c) => {
    const name = labels[`${table}.${c.code}`]
    return name ? { ...c, zh: name, en: name } : c
  })
}

/** The codes to pick from; of a record that stands, also those it has. */
export function list(table: CodeTable, has: string | string[] = []): Code[] {
  const { retired } = office.value
  return retired.size ? all(table).filter((c) => !retired.has(`${table}.${c.code}`) || [has].flat().includes(c.code)) : all(table)
}

/** Those to pick from that suit a form, and what the office added of its own. */
export function some(table: CodeTable, suit: string[], has: string | string[] = []): Code[] {
  const own = office.value.names.added[table] ?? []
  return list(table, has).filter((c) => suit.includes(c.code) || [has].flat().includes(c.code) || own.some((o) => o.code === c.code))
}

/** One code, also one no longer picked; undefined when it is not known. */
export function codeOf(table: CodeTable, code: string): Code | undefined {
  return all(table).find((c) => c.code === code)
}

/** A code's label in a language; the code itself when it is not known. */
export function label(table: CodeTable, code: string, language: Language = 'zh-CN'): string {
  const found = codeOf(table, code)
  return found ? (language === 'en' ? found.en : found.zh) : code
}

/** Finds codes to pick by what people type: code, number, label or alias. */
export function find(table: CodeTable, typed: string): Code[] {
  const key = typed.normalize('NFKC').trim().toLowerCase()
  if (!key) return list(table)
  const score = (c: Code): number => {
    const digits = c.code.replace(/\D/g, '')
    if (c.code.toLowerCase() === key || digits === key || digits === key.padStart(2, '0')) return 0
    if (c.zh.toLowerCase().startsWith(key) || c.en.toLowerCase().startsWith(key)) return 1
    if (c.aliases?.some((a) => a.toLowerCase().startsWith(key))) return 2
    if (c.zh.toLowerCase().includes(key) || c.en.toLowerCase().includes(key) || c.aliases?.some((a) => a.toLowerCase().includes(key))) return 3
    return 9
  }
  return list(table)
    .map((c, i) => ({ c, s: score(c), i }))
    .filter((x) => x.s < 9)
    .sort((a, b) => a.s - b.s || a.i - b.i)
    .map((x) => x.c)
}
