import { codes, type Code, type CodeTable } from './codes.gen'

export type Language = 'zh-CN' | 'en'

/** A code's label in a language; the code itself when it is not known. */
export function label(table: CodeTable, code: string, language: Language = 'zh-CN'): string {
  const found = (codes[table] as Code[]).find((c) => c.code === code)
  return found ? (language === 'en' ? found.en : found.zh) : code
}

export function list(table: CodeTable): Code[] {
  return codes[table] as Code[]
}

/** Finds codes by what people type: code, number, label or alias. */
export function find(table: CodeTable, typed: string): Code[] {
  const key = typed.normalize('NFKC').trim().toLowerCase()
  if (!key) return list(table)
  const score = (c: Code): number => {
    const digits = c.code.replace(/\D/g, '')
    if (c.code.toLowerCase() === key || digits === key || digits === key.padStart(2, '0')) return 0
    if (c.zh.startsWith(key) || c.en.toLowerCase().startsWith(key)) return 1
    if (c.aliases?.some((a) => a.toLowerCase().startsWith(key))) return 2
    if (c.zh.includes(key) || c.en.toLowerCase().includes(key) || c.aliases?.some((a) => a.toLowerCase().includes(key))) return 3
    return 9
  }
  return list(table)
    .map((c, i) => ({ c, s: score(c), i }))
    .filter((x) => x.s < 9)
    .sort((a, b) => a.s - b.s || a.i - b.i)
    .map((x) => x.c)
}
