// Every screen of the kit, read from the features' routes, so that none can be
// forgotten: for the accessibility checks and for the pictures.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { go, settled } from './world.mjs'

const field = join(dirname(fileURLToPath(import.meta.url)), '../src/field')

/** The paths of the routes that show a screen. */
export function routes() {
  const out = []
  for (const feature of readdirSync(field).sort()) {
    let text
    try {
      text = readFileSync(join(field, feature, 'feature.ts'), 'utf8')
    } catch {
      continue
    }
    for (const m of text.matchAll(/\{\s*path: '([^']+)',\s*(component|redirect)/g)) if (m[2] === 'component' && m[1] !== '/booth/:id/show') out.push({ feature, path: m[1] })
  }
  return out
}

/** Calls a service of the kit from its page. */
export const call = (page, service, method, ...args) => page.evaluate(async ([s, m, a]) => {
  const r = await fetch(`rpc/${s}/${m}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fieldkit': '1' }, body: JSON.stringify(a) })
  if (!r.ok) throw new Error(await r.text())
  return r.json()
}, [service, method, args])

/** What stands for a parameter of a path: the id of a sample of the right kind. */
export async function samples(page) {
  const first = (list) => list[0]?.id
  const consultation = first((await call(page, 'Consultations', 'List', { text: 'LX-001' })).items)
  // The samples have no activity of every kind: what is missing is opened.
  const activity = async (kind) => first(await call(page, 'Activities', 'List', { kind })) ?? (await call(page, 'Activities', 'Open', { kind, place: '练习场地' })).id
  const meeting = (await call(page, 'Meetings', 'List'))[0]
  return {
    activity: await activity('drill'),
    counter: await activity('counter_day'),
    desk: await activity('desk_shift'),
    household: await activity('household'),
    inspect: await activity('placement_round'),
    lecture: await activity('training'),
    booth: (await call(page, 'Booth', 'Recent', 50)).find((a) => a.kind === 'street')?.id,
    consult: consultation,
    digest: first(await call(page, 'Digests', 'List', {})),
    lead: first((await call(page, 'Indicators', 'List', { sort: 'hits' })).items),
    meeting: meeting?.id ?? meeting?.activity?.id,
    venue: first(await call(page, 'Venues', 'List', { text: '', kind: '', limit: 5 })),
    ':activity': (await call(page, 'Booth', 'Recent', 50)).find((a) => a.kind === 'street')?.id,
    ':from': consultation,
  }
}

/** The address of a screen, filled in; undefined when nothing stands for a parameter. */
export function fill({ feature, path }, sample) {
  let missing = false
  const filled = path.replace(/:(\w+)\??(\([^)]*\))?/g, (_, name) => {
    const id = sample[':' + name] ?? sample[feature]
    if (!id) missing = true
    return id ?? ''
  })
  return missing ? undefined : filled
}

/** Opens a kit that practises, with its tour put away. */
export async function practise(w, name = 'practice') {
  const kit = await w.kit(name)
  const page = await w.page(kit.url)
  await page.locator('[data-test=practise]').click()
  await page.locator('[data-test=practice-bar]').waitFor()
  await page.locator('[data-test=tour-next]').waitFor()
  await page.keyboard.press('Escape')
  return { kit, page }
}

/** Goes to a screen and waits until it stands, with what it shows. */
export async function show(page, path) {
  await go(page, path)
  await page.locator('.screen').first().waitFor()
  await settled(page)
}
