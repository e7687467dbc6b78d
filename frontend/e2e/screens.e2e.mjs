import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { settled, World } from './world.mjs'
import { call, fill, practise, routes, samples, show } from './screens.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const w = new World()
let page, sample

before(async () => {
  await w.start()
  ;({ page } = await practise(w))
  sample = await samples(page)
})
after(() => w.stop())

/** Findings that keep somebody from using a screen. */
async function findings() {
  await page.evaluate(axe)
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { region: { enabled: false } } }))
  return result.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4).map((n) => n.target.join(' ') + ' — ' + n.html.slice(0, 140) + ' — ' + (n.any[0]?.message ?? n.failureSummary ?? '').slice(0, 160)).join('\n    ')}`)
}

for (const theme of ['normal', 'sun']) {
  for (const route of routes()) {
    test(`${route.path} can be used by everyone (${theme})`, async () => {
      const path = fill(route, sample)
      assert.ok(path, `screens.mjs does not know what stands for the parameter of ${route.path}`)
      const prefs = await call(page, 'Settings', 'Get')
      if (prefs.theme !== theme) {
        await call(page, 'Settings', 'Save', { ...prefs, theme })
        await page.reload()
        await page.locator('.frame').waitFor()
      }
      await show(page, path)
      assert.deepEqual(await findings(), [])
    })
  }
}

test('dialogs can be used by everyone', async () => {
  await show(page, '/consult')
  for (const [name, open] of [['keys', () => page.keyboard.press('F1')], ['search', () => page.keyboard.press('Control+k')]]) {
    await open()
    await page.locator('.el-dialog:visible').first().waitFor()
    await settled(page)
    assert.deepEqual(await findings(), [], name)
    await page.keyboard.press('Escape')
    await page.locator('.el-dialog:visible').waitFor({ state: 'hidden' })
  }
})

test('no screen complained on the console', () => assert.deepEqual(page.problems, []))
