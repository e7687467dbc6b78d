import type { RouteRecordRaw } from 'vue-router'

/** A place on the rail. */
export interface Place {
  /** Names it: text `place.<name>`, and `meta.place` of its routes. */
  name: string
  path: string
  /** Outline of its icon, a path on 24 × 24. */
  icon: string
  /** Tens, from the top. 100 and more stand at the bottom. */
  order: number
  /** Its key; the first ten of the work have Alt and a digit. */
  key?: string
  /** A number that waits for the officer; 0 shows nothing. */
  badge?: () => number
}

/** What a feature adds to the kit: `<feature>/feature.ts` exports one as default. */
export interface Feature {
  places?: Place[]
  routes: RouteRecordRaw[]
}

const found = import.meta.glob<{ default: Feature }>('../*/feature.ts', { eager: true })
export const features: Feature[] = Object.keys(found).sort().map((path) => found[path].default)

const all = features.flatMap((f) => f.places ?? []).sort((a, b) => a.order - b.order)
/** The rail: what the work is, and below it the kit itself. */
export const places = { work: all.filter((p) => p.order < 100), kit: all.filter((p) => p.order >= 100) }

places.work.slice(0, 10).forEach((p, i) => (p.key ??= `Alt+${(i + 1) % 10}`))

/** The key as it stands on the rail: the digit or letter alone. */
export const shortKey = (p: Place): string => (p.key ?? '').replace('Alt+', '').replace('Comma', ',')

/** The place that a key goes to. */
export const placeOf = (key: string): Place | undefined => all.find((p) => p.key === key)
