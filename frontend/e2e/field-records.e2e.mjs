// What becomes of records after they are entered: consultations are closed, a payment has
// its time, an activity that ended makes room for the next, a delivery is not entered twice.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, show } from './screens.mjs'
import { now, World } from './world.mjs'

const w = new World()
let one, booth
const at = (name, page = one.page) => page.locator(`[data-test="${name}"]`)
const said = (text) => one.page.locator('.el-message', { hasText: text }).last().waitFor()
const newest = async () => (await call(one.page, 'Consultations', 'List', {})).items[0]
const pick = (row, text) => one.page.getByRole('radiogroup', { name: row }).getByRole('button', { name: text }).click()

before(async () => {
  await w.start()
  one = await w.enrolled('d1')
  booth = await call(one.page, 'Booth', 'Open', { place: '城关广场' })
})
after(() => w.stop())

test('a question that was answered is closed by itself, one to be called back when the day is closed', async () => {
  await show(one.page, '/consult/new/' + booth.activity.id)
  const advise = async (outcome) => {
    await at('fraud').fill('刷单')
    await one.page.keyboard.press('Enter')
    await pick('进展', '仅咨询')
    await pick('年龄段', '60–69岁')
    await pick('处理结果', outcome)
  }
  await advise('已解答')
  await at('closed').and(one.page.locator('[aria-checked=true]')).waitFor()
  await pick('处理结果', '已劝阻')
  await at('closed').and(one.page.locator('[aria-checked=false]')).waitFor()
  await one.page.keyboard.press('Alt+b')
  await one.page.keyboard.press('Control+Enter')
  await said('已存本机')
  assert.equal((await newest()).closed, true)
  await at('closed').and(one.page.locator('[aria-checked=false]')).waitFor()
  await advise('待回访')
  assert.ok(await at('closed').isDisabled())
  await w.picture(one.page, 'records-to-call')
  await one.page.keyboard.press('Control+Enter')
  await at('closed').and(one.page.locator(':enabled')).waitFor()
  const toCall = (await call(one.page, 'Consultations', 'List', { closed: 'open' })).items
  assert.deepEqual(toCall.map((c) => c.outcome), ['K5'])
  await show(one.page, '/day')
  await at('day-item').filter({ hasText: '该回访' }).locator('.pill').click()
  await one.page.keyboard.press('b')
  await at('day-item').filter({ hasText: '该回访' }).waitFor({ state: 'detached' })
  await one.page.keyboard.press('Control+z')
  await at('day-item').filter({ hasText: '该回访' }).locator('.pill').click()
  await w.picture(one.page, 'records-day')
  await at('called').click()
  await at('day-item').filter({ hasText: '该回访' }).waitFor({ state: 'detached' })
  assert.equal((await call(one.page, 'Consultations', 'Get', toCall[0].id)).closed, true)
})

test('the list shows and filters what is closed, and many are opened again at once', async () => {
  await show(one.page, '/consult')
  await one.page.waitForFunction(() => document.querySelectorAll('[data-test=closing]').length === 2)
  assert.deepEqual(await at('closing').allTextContents(), ['✓已办结', '✓已办结'])
  await one.page.keyboard.press('Control+a')
  await at('bulk-closed').click()
  await one.page.getByRole('option', { name: '未办结' }).last().click()
  await said('已改 2 条')
  await at('filter-closed').click()
  await one.page.getByRole('option', { name: '已办结' }).first().click()
  await one.page.getByText('没有符合的').or(one.page.locator('.empty')).first().waitFor()
  await w.picture(one.page, 'records-none-closed')
  await one.page.keyboard.press('Escape')
})

test('what was paid has its time, and joint action before it is pointed out', async () => {
  await show(one.page, '/consult/new/' + booth.activity.id)
  await one.page.keyboard.press('F2')
  await at('fraud').fill('刷单')
  await one.page.keyboard.press('Enter')
  assert.equal(await at('paid-at').count(), 0)
  await pick('进展', '已付款')
  await at('amount').fill('3000')
  await pick('年龄段', '60–69岁')
  await pick('处理结果', '已报警转办')
  const typed = (ms) => new Date(ms + 8 * 3600_000).toISOString().slice(0, 16).replace('T', ' ')
  const paid = one.page.getByRole('combobox', { name: '付款时间' })
  await paid.fill(typed(now() + 7200_000))
  await paid.press('Enter')
  await one.page.keyboard.press('Control+s')
  await at('error').filter({ hasText: '付款时间不能晚于现在' }).waitFor()
  await paid.fill(typed(now() - 3600_000))
  await paid.press('Enter')
  await w.picture(one.page, 'records-paid')
  await one.page.keyboard.press('Control+s')
  await at('linkage-add').waitFor()
  await one.page.waitForURL(/#\/consult\/[0-9a-f-]{36}$/)
  const c = await newest()
  assert.ok(Math.abs(c.paid_at - (now() - 3600_000)) < 120_000, String(c.paid_at))
  const [step] = await call(one.page, 'Linkage', 'Stamp', c.id, 'call_police')
  await call(one.page, 'Linkage', 'Save', step.id, { at: c.paid_at - 600_000, counterpart: '', amount: '', result: 'pending', doc_no: '' })
  await show(one.page, '/consult')
  await show(one.page, '/consult/' + c.id)
  await at('step').filter({ hasText: '早于付款时间' }).waitFor()
})

test('where a lecture is over the next may be another: asked before anything is written', async () => {
  const open = async () => {
    await show(one.page, '/activity')
    await one.page.keyboard.press('n')
    await at('kind-lecture').click()
    await one.page.locator('.el-dialog input').first().fill('县一中礼堂')
    await at('open-confirm').click()
  }
  const lectures = async () => (await call(one.page, 'Activities', 'List', { kind: 'lecture' })).map((a) => a.state).sort()
  await open()
  await one.page.waitForURL(/#\/lecture\//)
  const first = one.page.url().split('/').pop()
  await call(one.page, 'Activities', 'SetState', first, 'done')
  await open()
  await at('ended').filter({ hasText: '县一中礼堂' }).waitFor()
  await w.picture(one.page, 'records-ended')
  await one.page.keyboard.press('Escape')
  await at('ended').waitFor({ state: 'detached' })
  await at('open-confirm').click()
  await at('open-ended').click()
  await one.page.waitForURL(new RegExp('#/lecture/' + first))
  assert.deepEqual(await lectures(), ['done'])
  await open()
  await at('ended').waitFor()
  await one.page.keyboard.press('Alt+n')
  await one.page.waitForURL((u) => /#\/lecture\//.test(u.href) && !u.href.endsWith(first))
  assert.deepEqual(await lectures(), ['done', 'open'])
  await open() // the second goes on: whoever opens it joins it
  await one.page.waitForURL((u) => /#\/lecture\//.test(u.href))
  assert.deepEqual(await lectures(), ['done', 'open'])
})

test('a delivery that the supplier has entered is asked about before it counts twice', async () => {
  const enrol = w.code
  w.code = (label) => w.run('county', 'enrol', '--dir', w.dir + '/county', '--unit', 'DYZX', '--unit-name', '德育中心', '--short-name', '德育中心', '--department', 'D02', '--label', label, '--address', `https://127.0.0.1:${w.linePort}`)
  const supplier = await w.enrolled('d9', '王强', '041208')
  w.code = enrol
  const exchange = async () => { for (const k of [supplier, one, supplier, one]) assert.ok((await call(k.page, 'Sync', 'Now')).last?.ok) }
  await exchange()
  const [material] = await call(one.page, 'Catalogue', 'Materials')
  const own = (await call(one.page, 'Kit', 'State')).unit
  await call(supplier.page, 'Stock', 'Record', { kind: 'allot', material_id: material.id, qty: 500, batch_no: '', printed_on: '', unit_id: own.id, note: '' })
  await exchange()
  const enter = async () => {
    await show(one.page, '/stock')
    await at('receive').click()
    await at('move-qty').fill('500')
    await one.page.locator('.el-dialog .el-select').click()
    await one.page.getByRole('option', { name: '德育中心' }).click()
    await at('move-save').click()
    await at('twin').filter({ hasText: '德育中心' }).waitFor()
  }
  const balance = async () => (await call(one.page, 'Stock', 'Balances')).find((l) => l.material_id === material.id).balance
  const before = await balance()
  await enter()
  await w.picture(one.page, 'records-twin')
  await at('twin-same').click()
  await at('twin').waitFor({ state: 'detached' })
  assert.equal(await balance(), before)
  await enter()
  await one.page.keyboard.press('Alt+n')
  await at('twin').waitFor({ state: 'detached' })
  assert.equal(await balance(), before + 500)
})

test('a training notes who came instead of whom, and what everybody reached in the quiz', async () => {
  const { id } = await call(one.page, 'Activities', 'Open', { kind: 'training', place: '营业部' })
  await call(one.page, 'Meetings', 'ImportRoster', id, ['陈晓', '周敏', '孙丽'].map((name) => ({ org: '营业部', name, role: 'teller' })))
  await show(one.page, '/meeting/' + id)
  for (const name of ['陈晓', '周敏']) {
    await at('signin').fill(name)
    await one.page.keyboard.press('Enter')
    await said(name)
  }
  await at('score').nth(1).waitFor()
  await at('score').first().click()
  for (const n of ['92', '101']) {
    await one.page.keyboard.type(n)
    await one.page.keyboard.press('Enter')
  }
  await said('0 到 100')
  await at('score').nth(1).fill('78')
  const why = () => at('absent-why').first()
  while (!(await at('deputy').count())) {
    const text = await why().textContent()
    await why().click()
    await one.page.waitForFunction((was) => document.querySelector('[data-test=absent-why]').textContent !== was, text)
  }
  await at('deputy').fill('李红')
  await one.page.keyboard.press('Enter')
  const people = async () => (await call(one.page, 'Meetings', 'Get', id)).attendees
  await w.picture(one.page, 'records-training')
  assert.deepEqual((await people()).map((a) => a.score).sort(), [78, 92, null].sort())
  assert.equal((await people()).find((a) => a.name === '孙丽').deputy, '李红')
})

test('no screen complained on the console', () => {
  assert.deepEqual(one.page.problems.filter((p) => !/422/.test(p)), [])
})
