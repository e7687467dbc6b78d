import assert from 'node:assert/strict'
import net from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { go, settled, World } from './world.mjs'

const w = new World()
let kit, page, moved
const at = (name) => page.locator(`[data-test="${name}"]`)

before(async () => {
  await w.start()
  kit = await w.enrolled('d1')
  page = kit.page
  moved = net.createServer((from) => { // where the county's server is from now on
    const to = net.connect(w.line.target, '127.0.0.1')
    for (const [a, b] of [[from, to], [to, from]]) { a.on('error', () => b.destroy()); a.on('close', () => b.destroy()); a.pipe(b) }
  })
  await new Promise((done) => moved.listen(0, '127.0.0.1', done))
})
after(async () => {
  await w.stop()
  moved.close()
})

test('the server has moved: the officer types the address that the clerk says', async () => {
  w.line.cut()
  await call(page, 'Booth', 'Open', { place: '城关广场', kind: 'street', title: '', venue_id: '', lead_unit_id: '', partner_units: [], start_at: 0 })
  await go(page, '/sync')
  await at('sync-now').click()
  await at('server-help').waitFor({ timeout: 60_000 })
  await w.picture(page, 'server-moved')
  await page.keyboard.press('a')
  await at('server-text').fill('127.0.0.1:1')
  await page.keyboard.press('Enter')
  await at('server-error').waitFor()
  assert.match(await at('server-error').textContent(), /连不上.*没有改动/)
  await w.picture(page, 'server-offline')
  await page.keyboard.press('Control+Enter')
  await page.locator('.el-message').filter({ hasText: '已记下' }).waitFor()
  await page.keyboard.press('a')
  await at('server-known').filter({ hasText: 'https://127.0.0.1:1' }).getByRole('button').click()
  await at('server-known').nth(1).waitFor({ state: 'detached' })
  await at('server-text').fill(`127。0。0。1：${moved.address().port}`)
  await page.keyboard.press('Enter')
  await page.locator('[data-test=sync-state]').filter({ hasText: '县级已收' }).waitFor({ timeout: 60_000 })
  assert.match(await page.locator('.screen > .foot').textContent(), new RegExp(`:${moved.address().port}`))
  await w.picture(page, 'server-found')
})

test('another server at an address is refused, and nothing is sent', async () => {
  const other = new World()
  try {
    await other.start()
    await page.keyboard.press('a')
    await at('server-text').fill(`127.0.0.1:${other.linePort}`)
    await page.keyboard.press('Enter')
    await at('server-error').waitFor()
    assert.match(await at('server-error').textContent(), /对方不是县里的服务器，没有发送任何内容/)
    await at('server-text').fill(other.code('D9'))
    await page.keyboard.press('Enter')
    await at('server-error').filter({ hasText: '青岚县' }).waitFor()
    await w.picture(page, 'server-refused')
    await page.keyboard.press('Escape')
  } finally {
    await other.stop()
  }
})

test('a computer that was marked lost comes back with a new code', async () => {
  const office = await w.office()
  const [device] = await call(office, 'County', 'Devices')
  await call(office, 'County', 'SetDeviceState', device.id, 'lost')
  await settled(page)
  await page.keyboard.press('Enter')
  await at('server-help').filter({ hasText: '重新登记' }).waitFor()
  await w.picture(page, 'server-lost')
  await at('server-help').click()
  w.line.mend()
  await at('server-text').fill(w.code('D1'))
  await page.keyboard.press('Enter')
  await at('sync-last').filter({ hasText: /县级已收|两边一致/ }).waitFor({ timeout: 60_000 })
  assert.equal((await call(page, 'Kit', 'State')).officer.name, '李静')
  assert.equal((await call(office, 'County', 'Devices'))[0].state, 'active')
  await page.keyboard.press('a')
  await at('server-known').nth(1).waitFor()
  await w.picture(page, 'server-known')
  await call(page, 'Settings', 'Save', { language: 'en', theme: 'sun', large_type: false, sound: false })
  await page.reload()
  await at('sync-state').waitFor()
  await page.keyboard.press('a')
  await at('server-known').nth(1).waitFor()
  await w.picture(page, 'server-english-sun')
  await call(page, 'Settings', 'Save', { language: 'zh-CN', theme: 'normal', large_type: false, sound: false })
})

test('kit.json is damaged: the kit says so and a new code puts it right', async () => {
  await w.end(kit.child)
  writeFileSync(join(kit.dir, 'kit.json'), '{"realm":')
  kit = { ...kit, ...(await w.kit('d1')) }
  page = await w.page(kit.url)
  await page.getByRole('heading', { name: '重新登记这台电脑' }).waitFor()
  await w.picture(page, 'welcome-again')
  await page.locator('textarea').first().fill(w.code('D1'))
  await at('enrol').click()
  await page.getByRole('button', { name: '李静' }).click()
  await page.getByText('城关广场').first().waitFor()
  assert.deepEqual(page.problems, [])
})
