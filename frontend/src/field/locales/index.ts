/** A tree of an i18n file. */
export interface Messages {
  [key: string]: string | Messages
}

// Files may add to the same branch, as every feature does to the list of keys.
function join(into: Messages, from: Messages): Messages {
  for (const [key, value] of Object.entries(from)) {
    if (typeof value === 'string') into[key] = value
    else into[key] = join(typeof into[key] === 'object' ? into[key] : {}, value)
  }
  return into
}

function gather(files: Record<string, { default: Messages }>): Messages {
  return Object.keys(files).sort().reduce<Messages>((all, path) => join(all, files[path].default), {})
}

/** Every text of the kit: one file a feature and language, joined by key. */
export const zh = gather(import.meta.glob('./zh-CN/*.ts', { eager: true }))
export const en = gather(import.meta.glob('./en/*.ts', { eager: true }))
