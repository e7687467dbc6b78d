// What the office settles: the times of a computer whose clock was wrong, and one
// person who signed twice under two spellings.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { World } from './world.mjs'

const w = new World()
let office
let kit
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = async (hash) => { await office.goto(new URL('/#' + hash, office.url()).href); await office.locator('.page').waitFor() }
const sync = (page) => w.sync(page)
const started = async (name, env) => {
  const { hits } = await w.spawn(['kit', '--dir', `${w.dir}/${name}`, '--no-open', '--manual'], [/kit: (\S+)/], env)
  const page = await w.page(hits[0][1])
  await page.locator('textarea').first().fill(w.code(name.toUpperCase()))
  await page.locator('[data-test=enrol]').click()
  await page.getByPlaceholder('姓名').fill('李静')
  await page.getByPlaceholder('工号或警号').fill('041207')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '今天的活动' }).waitFor()
  return page
}

before(async () => {
  await w.start()
  kit = await started('d1')
  office = await w.page(w.dashboard, { width: 1280, height: 800 })
  await w.login(office)
  await office.locator('.rail').waitFor()
})
after(() => w.stop())

test('one person who signed twice is shown, counts once when merged, and is split again', async () => {
  const meeting = await call(kit, 'Meetings', 'Create', { place: '文化馆' })
  const id = meeting.activity?.id ?? meeting.id
  for (const [name, org] of [['王建国', '星空网吧'], ['王健国', '星空网吧'], ['赵敏', '云端网咖']]) await call(kit, 'Meetings', 'WalkIn', id, { org, name, phone: '13800001234', role: 'cafe_owner', create_venue: true })
  await call(kit, 'Meetings', 'Close', id)
  await sync(kit)
  await go('/registries/duplicates')
  await at('twins-attendance').click()
  await at('pair').first().waitFor()
  assert.equal(await at('pair').count(), 1)
  const shown = await office.locator('.compare').textContent()
  assert.match(shown, /王建\*/)
  assert.match(shown, /王健\*/)
  assert.ok(!shown.includes('13800001234'))
  await w.picture(office, 'county-people')
  await office.keyboard.press('1')
  await at('joined').waitFor()
  await office.getByText('没有疑似重复').waitFor()
  await w.picture(office, 'county-people-merged')
  await at('split').click()
  await at('pair').first().waitFor()
})

test('the times of a wrong clock are looked at one by one, adjusted and corrected', async () => {
  const fast = await started('d2', { FIELDKIT_WALL: new Date(Date.now() + 3 * 3600_000).toISOString() })
  for (const place of ['云溪景区', '夜市']) await call(fast, 'Booth', 'Open', { place })
  await sync(fast)
  await go('/review')
  const item = office.locator('[data-test=item][data-kind=clock]')
  await item.waitFor({ timeout: 20_000 })
  await item.click()
  await w.picture(office, 'county-clock')
  await office.keyboard.press('a')
  await at('clock-record').first().waitFor()
  assert.equal(await at('clock-record').count(), 2)
  assert.equal(await office.locator('dialog [name=hours]').inputValue(), '3')
  await w.picture(office, 'county-clock-sheet')
  await office.evaluate(() => document.documentElement.classList.add('sun'))
  await w.picture(office, 'county-clock-sheet-sun')
  await office.evaluate(() => document.documentElement.classList.remove('sun'))
  await at('clock-record').nth(1).locator('input').uncheck()
  await office.locator('dialog [name=hours]').fill('2')
  await office.keyboard.press('Control+Enter')
  await office.locator('dialog').waitFor({ state: 'detached' })
  await office.getByText('已改 1 条').waitFor()
  await office.locator('[data-test=item][data-kind=clock]').waitFor({ state: 'detached' })
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})
