// A picture of every screen at 1024×768: plain, for the sun, in English, with large
// type, and scaled to 125 %. They go to test-results/screens.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { call, fill, practise, routes, samples, show } from './screens.mjs'
import { World, pictures } from './world.mjs'

const looks = {
  light: {},
  sun: { theme: 'sun' },
  english: { language: 'en' },
  large: { large_type: true },
  scaled: {}, // Windows at 125 %
}
const only = process.argv.slice(2) // some looks, by name
const w = new World()
await w.start()
let taken = 0
try {
  mkdirSync(join(pictures, 'screens'), { recursive: true })
  const { page } = await practise(w)
  const sample = await samples(page)
  for (const [look, change] of Object.entries(looks)) {
    if (only.length && !only.includes(look)) continue
    await page.setViewportSize(look === 'scaled' ? { width: 819, height: 614 } : { width: 1024, height: 768 })
    await call(page, 'Settings', 'Save', { language: 'zh-CN', theme: 'normal', large_type: false, sound: false, ...change })
    await page.reload()
    await page.locator('.frame').waitFor()
    await show(page, '/today') // the first screen after a start takes longer
    for (const route of routes()) {
      const path = fill(route, sample)
      if (!path) throw new Error(`nothing stands for the parameter of ${route.path}`)
      await show(page, path)
      await w.picture(page, join('screens', `${look}${route.path.replaceAll('/', '-').replace(/[:?]/g, '')}`))
      taken++
    }
  }
  if (page.problems.length) throw new Error('the console complains: ' + page.problems.join('; '))
} finally {
  await w.stop()
}
console.log(`${taken} pictures in ${join(pictures, 'screens')}`)
