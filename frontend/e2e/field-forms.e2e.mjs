// A form that is open while another laptop's change of the same record arrives; a save
// pressed twice; rows of buttons that stay one row.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, show } from './screens.mjs'
import { now, World } from './world.mjs'

const w = new World()
let one, two
const at = (name, page = one.page) => page.locator(`[data-test="${name}"]`)
async function enrol(...who) {
  const kit = await w.enrolled(...who)
  return { ...kit, beside: await w.page(kit.url) } // beside: a second window, from which it syncs
}
const exchange = async () => { for (const k of [one, two, one, two]) await w.sync(k.beside) }
const outcome = async (kit) => (await call(kit.page, 'Outcomes', 'List', {})).items[0]
const changed = { ref_no: 'QL20250110-001', kind: 'intercept', no_ref: false, recovered: '', persons: 0, partners: [], consultation_id: '' }

before(async () => {
  await w.start()
  one = await enrol('d1', '李静', '041207')
  two = await enrol('d2', '王强', '041208')
})
after(() => w.stop())

test('what came while a form was open stands, the note keeps both, and who was overtaken is told', async () => {
  const day = new Date(now() + 8 * 3600_000).toISOString().slice(0, 10)
  const made = await call(one.page, 'Outcomes', 'Save', { ...changed, id: '', occurred_on: day, source: 'visit', averted: '5000', note: '备注。' })
  await exchange()
  await show(one.page, '/outcome')
  await one.page.getByText('QL20250110-001').first().click()
  await at('averted').waitFor()
  const theirs = await outcome(two)
  const { saw, ...shown } = { ...changed, id: theirs.id, occurred_on: theirs.occurred_on, source: theirs.source, averted: theirs.averted, note: theirs.note, saw: null }
  await call(two.page, 'Outcomes', 'Save', { ...shown, source: 'call', averted: '6000', note: '备注。那边的。', saw: shown })
  await exchange()
  assert.equal((await outcome(one)).averted, '6000')
  await at('averted').fill('7000')
  await one.page.locator('.el-dialog textarea').first().fill('这边的。备注。')
  await one.page.keyboard.press('Control+Enter')
  await one.page.getByText('刚在另一台电脑上也改过').waitFor()
  await at('averted').waitFor({ state: 'hidden' })
  const stands = await call(one.page, 'Outcomes', 'Get', made.id)
  assert.deepEqual([stands.averted, stands.source, stands.note], ['7000', 'call', '这边的。备注。那边的。'])
  await w.picture(one.page, 'forms-overtaken')
})

test('a save pressed twice makes one record', async () => {
  const before = (await call(one.page, 'Outcomes', 'List', {})).total
  await show(one.page, '/outcome')
  await one.page.keyboard.press('N')
  await at('averted').waitFor()
  await one.page.locator('.el-dialog .el-switch').first().click() // it has no number, which would make it one by itself
  await one.page.locator('.el-dialog').getByRole('button', { name: '见面劝阻' }).click()
  await at('averted').fill('800')
  await at('outcome-save').dblclick()
  await at('averted').waitFor({ state: 'hidden' })
  assert.equal((await call(one.page, 'Outcomes', 'List', {})).total, before + 1)
})

test('what was voided is taken back by a key', async () => {
  const before = (await call(one.page, 'Outcomes', 'List', {})).total
  await show(one.page, '/outcome')
  await one.page.getByRole('button', { name: '作废' }).first().click()
  await one.page.getByRole('button', { name: '误录' }).waitFor()
  await one.page.keyboard.press('1')
  await at('take-back').waitFor()
  assert.equal((await call(one.page, 'Outcomes', 'List', {})).total, before - 1)
  await one.page.keyboard.press('Control+z')
  await at('take-back').waitFor({ state: 'hidden' })
  await one.page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, before)
  assert.equal((await call(one.page, 'Outcomes', 'List', {})).total, before)
  // Later it is found among what is voided, and restored there.
  const { id } = await outcome(one)
  await call(one.page, 'Outcomes', 'Void', id, 'V1')
  await at('only-voided').click()
  await one.page.getByRole('button', { name: '恢复' }).waitFor()
  await w.picture(one.page, 'forms-voided')
  await one.page.getByRole('button', { name: '恢复' }).click()
  await one.page.getByRole('button', { name: '恢复' }).waitFor({ state: 'detached' })
  assert.equal((await call(one.page, 'Outcomes', 'List', {})).total, before)
})

test('a correction and a case put aside half-written are taken up where they were left', async () => {
  const booth = await call(one.page, 'Activities', 'Open', { kind: 'street', place: '城关广场', title: '', venue_id: '', lead_unit_id: '', host_unit_id: '', partner_units: [], officer_ids: [], fraud_types: [], topic_tags: [], audience_roles: [], hours_x10: 0, start_at: 0, planned: false, plan_item_id: '' })
  const stored = await call(one.page, 'Consultations', 'Save', { activity_id: booth.id, source: 'walk_in', fraud_type: 'F01', channels: ['H3'], stage: 'G0', age_band: 'A6', advice: [], outcome: 'K1', indicators: [], steps: [], no_indicator: true, story: '经过。' })
  await show(one.page, '/consult/' + stored.id)
  await at('story').fill('经过。后来又打来一次。')
  await one.page.keyboard.press('Escape')
  await at('consultation').first().waitFor()
  assert.equal((await call(one.page, 'Consultations', 'Get', stored.id)).story, '经过。', 'what was put aside is not saved')
  await show(one.page, '/consult/' + stored.id)
  await one.page.getByText('接着上次没存完的').waitFor()
  assert.equal(await at('story').inputValue(), '经过。后来又打来一次。')
  await one.page.keyboard.press('Control+Enter')
  await at('consultation').first().waitFor()
  assert.equal((await call(one.page, 'Consultations', 'Get', stored.id)).story, '经过。后来又打来一次。')
  await show(one.page, '/digest/new')
  await at('digest-title').fill('写了一半')
  await one.page.keyboard.press('Escape')
  await one.page.waitForURL(/digest$/)
  await show(one.page, '/sync')
  await one.page.locator('button[data-test=record]', { hasText: '典型案例' }).click()
  await at('digest-restored').waitFor()
  assert.equal(await at('digest-title').inputValue(), '写了一半')
  await at('digest-restored').getByRole('button').click()
  await at('digest-restored').waitFor({ state: 'hidden' })
  assert.deepEqual(await call(one.page, 'Drafts', 'List'), [])
})

test('Escape loses nothing that was typed into a dialog: it is there again, and begun anew by one press', async () => {
  await show(one.page, '/outcome')
  await one.page.keyboard.press('N')
  await at('averted').waitFor()
  assert.equal(await at('left').count(), 0)
  await at('averted').fill('1234')
  await one.page.keyboard.press('Escape')
  await at('averted').waitFor({ state: 'hidden' })
  await one.page.keyboard.press('N')
  await at('left').waitFor()
  assert.equal(await at('averted').inputValue(), '1234')
  await w.picture(one.page, 'forms-left')
  await at('anew').click()
  await at('left').waitFor({ state: 'detached' })
  assert.equal(await at('averted').inputValue(), '')
  await one.page.keyboard.press('Escape')
  await at('averted').waitFor({ state: 'hidden' })
  await one.page.keyboard.press('N')
  await at('averted').waitFor()
  assert.equal(await at('left').count(), 0, 'nothing was left')
  await one.page.keyboard.press('Escape')
  await at('averted').waitFor({ state: 'hidden' })
})

test('more than two thousand at once is asked about in the dialog, and taken when confirmed', async () => {
  const booth = await call(one.page, 'Activities', 'Open', { kind: 'street', place: '汽车站', title: '', venue_id: '', lead_unit_id: '', host_unit_id: '', partner_units: [], officer_ids: [], fraud_types: [], topic_tags: [], audience_roles: [], hours_x10: 0, start_at: 0, planned: false, plan_item_id: '' })
  await show(one.page, '/booth/' + booth.id)
  await one.page.keyboard.press('/')
  await at('bulk').fill('2500')
  await one.page.keyboard.press('Enter')
  await at('bulk-sure').waitFor()
  assert.match(await at('bulk-sure').textContent(), /2500/)
  assert.equal((await call(one.page, 'Booth', 'Get', booth.id)).mine, 0, 'nothing is counted before it is confirmed')
  await w.picture(one.page, 'forms-bulk')
  await one.page.keyboard.press('Enter')
  await at('bulk').waitFor({ state: 'hidden' })
  for (let i = 0; (await call(one.page, 'Booth', 'Get', booth.id)).mine !== 2500; i++) {
    assert.ok(i < 200, 'it is not counted')
    await new Promise((r) => setTimeout(r, 100))
  }
})

test('a case has a note; it is voided by keys, taken back by one, and restored later', async () => {
  const made = await call(one.page, 'Digests', 'Save', { id: '', title: '先交钱再返利', fraud_types: ['F01'], elements: '经过。', article: '', from: [], note: '' })
  await show(one.page, '/digest/' + made.id)
  await at('digest-note').fill('等审核。')
  const theirs = await call(one.beside, 'Digests', 'Get', made.id)
  const { saw, ...shown } = { id: made.id, title: theirs.title, fraud_types: theirs.fraud_types, elements: theirs.elements, article: '', from: [], note: '' }
  await call(one.beside, 'Digests', 'Save', { ...shown, elements: '经过。后来。', saw: shown }) // comes in under the open form
  await one.page.keyboard.press('Control+Enter')
  await one.page.waitForFunction(() => document.querySelector('textarea[data-test=digest-elements]').value === '经过。后来。')
  const stands = await call(one.page, 'Digests', 'Get', made.id)
  assert.deepEqual([stands.note, stands.elements], ['等审核。', '经过。后来。'])
  await w.picture(one.page, 'forms-digest')

  await at('digest-note').focus() // keys work from within a field, and the digit does not go into it
  await one.page.keyboard.press('Alt+v')
  await one.page.getByRole('button', { name: '误录' }).waitFor()
  await one.page.keyboard.press('1')
  await at('take-back').waitFor()
  await one.page.waitForURL(/digest$/)
  assert.equal((await call(one.page, 'Digests', 'List', {})).length, 0)
  const voided = await call(one.page, 'Digests', 'Get', made.id)
  assert.deepEqual([voided.voided, voided.note], [true, '等审核。'])
  await one.page.keyboard.press('Control+z')
  await at('digest').waitFor()
  assert.equal((await call(one.page, 'Digests', 'Get', made.id)).voided, false)

  await at('digest').getByRole('button', { name: '作废' }).click()
  await one.page.getByRole('button', { name: '误录' }).waitFor()
  await one.page.keyboard.press('1')
  await at('digest').waitFor({ state: 'hidden' })
  await one.page.locator('.head .el-switch').click()
  await at('digest').click()
  await at('digest-voided').waitFor()
  await one.page.keyboard.press('Alt+v')
  await at('digest-voided').waitFor({ state: 'hidden' })
  await call(one.beside, 'Digests', 'Void', made.id, 'V1') // told while the form is open
  await at('digest-voided').waitFor()
  await call(one.beside, 'Digests', 'Restore', made.id)
  await at('digest-voided').waitFor({ state: 'hidden' })
  assert.equal((await call(one.page, 'Digests', 'List', {})).length, 1)
})

test('in English, with large type, at 125 %: one row of buttons, the rest in its menu', async () => {
  const opened = await call(one.page, 'Activities', 'Open', { kind: 'cafe_meeting', place: '文化馆二楼会议室', title: '', venue_id: '', lead_unit_id: '', host_unit_id: '', partner_units: [], officer_ids: [], fraud_types: [], topic_tags: [], audience_roles: [], hours_x10: 0, start_at: 0, planned: false, plan_item_id: '' })
  await call(one.page, 'Settings', 'Save', { language: 'en', theme: 'normal', large_type: true, sound: false })
  await one.page.setViewportSize({ width: 819, height: 614 })
  await one.page.reload()
  await show(one.page, '/meeting/' + opened.id)
  const foot = one.page.locator('.foot').first()
  await foot.locator('[data-test=more]').waitFor()
  assert.ok((await foot.boundingBox()).height < 60, 'the foot has a second row')
  await foot.locator('[data-test=more]').click()
  await one.page.getByRole('menuitem', { name: /Hand out/ }).click()
  await one.page.getByRole('dialog').waitFor()
  await w.picture(one.page, 'forms-one-row')
})

test('no screen complained on the console', () => assert.deepEqual([...one.page.problems, ...two.page.problems, ...one.beside.problems, ...two.beside.problems], []))
