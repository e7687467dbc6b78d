// Records that the county refused, in the tray 待处理: told why, opened, repaired, sent
// again and accepted. And a disk put back, which had once been refused.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { go, World } from './world.mjs'

const w = new World()
let one, two, office, booth
const at = (page, name) => page.locator(`[data-test="${name}"]`)
const advice = (form) => ({ id: '', activity_id: booth, source: 'walk_in', occurred_at: 0, fraud_type: 'F01', channels: ['H3'], stage: 'G3', at_risk: '', loss: '', pay_method: '', age_band: 'A4', gender: '', occupation: '', town: '', person_label: '', consent: false, phone: '', payer_tail: '', id_tail: '', relatives_advised: 0, story: '', advice: [], outcome: 'K1', alarm_no: '', no_indicator: true, indicators: [], follow_up_on: '', steps: [], note: '', ...form })
const save = (page, form) => call(page, 'Consultations', 'Save', advice(form))

/** Sets a computer's state on the office's own page. */
async function mark(label, action) {
  await go(office, '/devices')
  const row = office.locator('tbody tr', { hasText: label })
  await row.getByRole('button', { name: action }).click()
  const set = office.waitForResponse((r) => r.url().endsWith('/rpc/County/SetDeviceState'))
  await office.getByRole('button', { name: '确定' }).click()
  assert.equal((await set).status(), 200)
}

before(async () => {
  await w.start()
  one = (await w.enrolled('d1')).page
  two = (await w.enrolled('d2', '王强', '041208')).page
  booth = (await call(one, 'Activities', 'Open', { kind: 'street', place: '城关广场' })).id
  office = await w.office()
})
after(() => w.stop())

test('the county refuses what a computer marked as lost sends: record by record, with the reason', async () => {
  await w.sync(one)
  await mark('D1', '标为遗失')
  await save(one, { loss: '3000' })
  await go(one, '/sync')
  await at(one, 'sync-now').click()
  await one.getByText('县办公室把这台电脑标成了遗失').first().waitFor()
  await go(one, '/tray')
  await at(one, 'tray-item').filter({ hasText: '刷单返利' }).click()
  assert.match(await at(one, 'tray-reason').textContent(), /县里没有收下：县办公室把这台电脑标成了遗失。.*原样保存着/)
  await w.picture(one, 'tray-refused')
})

test('it goes out as a file for the office, with its reason', async () => {
  const [file] = await Promise.all([one.waitForEvent('download'), one.keyboard.press('x')])
  const text = readFileSync(await file.path(), 'utf8')
  assert.match(text, /标成了遗失/)
  assert.match(text, /consultation/)
})

test('it is opened and repaired; sent again it is still refused, and said so', async () => {
  await one.keyboard.press('o')
  await at(one, 'amount').waitFor()
  await one.waitForFunction(() => document.querySelector('[data-test=amount]').value.startsWith('3000'))
  await at(one, 'amount').fill('5000')
  await one.keyboard.press('Control+Enter')
  await one.waitForURL(/#\/tray$/)
  await at(one, 'tray-item').filter({ hasText: '刷单返利' }).click()
  await at(one, 'tray-reason').waitFor()
  const answered = one.waitForResponse((r) => r.url().endsWith('/rpc/Tray/Resend'))
  await one.keyboard.press('r')
  await answered
  await one.locator('.el-message--error', { hasText: '标成了遗失' }).waitFor()
  assert.ok(await at(one, 'tray-item').count() > 0, 'what was refused stays listed')
})

test('once the office has restored the computer, it is sent again and taken', async () => {
  await mark('D1', '恢复')
  await one.locator('[data-test=tray-resend]:enabled').waitFor()
  await one.keyboard.press('r')
  await one.locator('.el-message--success', { hasText: '已重新上报' }).waitFor()
  await one.getByText('没有要处理的。').waitFor()
  assert.equal((await call(one, 'Sync', 'Status')).waiting, 0)
  await w.sync(two)
  const [arrived] = (await call(two, 'Consultations', 'List', { limit: 5 })).items
  assert.equal(Number(arrived.loss), 5000, 'the county hands on what was repaired')
})

test('a whole disk is put back from an image: what was counted before and after it counts, once', async () => {
  let kit = await w.enrolled('d3', '赵敏', '041209')
  let three = kit.page
  const booth = (await call(three, 'Activities', 'Open', { kind: 'street', place: '汽车站' })).id
  const leaflet = (await call(three, 'Catalogue', 'Materials'))[0].id
  const dirs = [kit.dir, kit.dir + '.anchor']
  const restart = async (between) => {
    await w.end(kit.child, 'SIGTERM')
    await three.context().close()
    between()
    kit = await w.kit('d3')
    three = await w.page(kit.url)
    await three.getByRole('heading', { name: '今天的活动' }).waitFor()
  }
  await call(three, 'Booth', 'Tap', booth, leaflet, 1)
  await w.sync(three)
  await restart(() => dirs.forEach((d) => cpSync(d, d + '.image', { recursive: true })))
  await call(three, 'Booth', 'Tap', booth, leaflet, 20)
  await w.sync(three)
  await restart(() => dirs.forEach((d) => { rmSync(d, { recursive: true }); renameSync(d + '.image', d) }))
  await call(three, 'Booth', 'Tap', booth, leaflet, 300)
  await w.sync(three)
  await w.sync(two)
  assert.equal((await call(two, 'Booth', 'Get', booth)).total, 321)
  await w.sync(three)
  assert.equal((await call(three, 'Booth', 'Get', booth)).total, 321)
  assert.deepEqual(three.problems, [])
})

test('no screen complained on the console', () => assert.deepEqual([...one.problems, ...two.problems], []))
