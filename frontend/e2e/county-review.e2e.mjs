// What the office settles: the times of a computer whose clock was wrong, and one
// person who signed twice under two spellings.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { go as to, now, World } from './world.mjs'

const w = new World()
let office
let kit
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = (path) => to(office, path)
const sync = (page) => w.sync(page)

before(async () => {
  await w.start()
  kit = (await w.enrolled('d1')).page
  office = await w.office()
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
  await office.locator('.compare').filter({ hasText: '王建*' }).waitFor()
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
  const { page: fast } = await w.enrolled('d2', '李静', '041207', { FIELDKIT_WALL: new Date(now() + 3 * 3600_000).toISOString() })
  for (const place of ['云溪景区', '夜市']) await call(fast, 'Booth', 'Open', { place })
  await sync(fast)
  await go('/review')
  const item = office.locator('[data-test=item][data-kind=clock]')
  await item.waitFor()
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

test('a booth that two laptops recorded is shown side by side, counts once when joined, and is split again', async () => {
  const { page: other } = await w.enrolled('d4', '王芳', '041299')
  for (const [page, place, n] of [[kit, '岭口集市', 126], [other, '岭口集市东口', 131]]) {
    const booth = (await call(page, 'Activities', 'Open', { kind: 'street', place })).id
    const leaflet = (await call(page, 'Catalogue', 'Materials'))[0].id
    await call(page, 'Booth', 'Tap', booth, leaflet, n)
    await sync(page)
  }
  await office.setViewportSize({ width: 1024, height: 768 })
  await go('/registries/duplicates')
  await at('twins-activity').click()
  await at('pair').first().waitFor()
  assert.equal(await at('pair').count(), 1)
  await office.locator('.compare').filter({ hasText: '宣传单合计 257 份' }).waitFor()
  await w.picture(office, 'county-events')
  await office.keyboard.press('2')
  await at('joined').waitFor()
  await w.picture(office, 'county-events-joined')
  await go('/')
  await at('card-M01').filter({ hasText: '1' }).waitFor() // 257 leaflets together
  await go('/registries/duplicates')
  await at('twins-activity').click()
  await at('split').click()
  await at('pair').first().waitFor()
  await at('apart').click()
  await office.getByText('没有疑似重复').waitFor()
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})
