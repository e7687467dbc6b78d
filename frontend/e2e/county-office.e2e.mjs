// The office's day: figures and what is behind them, review, plan, analysis, interfaces.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { eventually, go as to, now, settled, World } from './world.mjs'

const w = new World()
let office
const kits = []
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = (path) => to(office, path)

const sync = (page) => w.sync(page)

before(async () => {
  await w.start()
  for (const [name, officer, no] of [['d1', '李静', '041207'], ['d2', '王强', '041208']]) {
    kits.push((await w.enrolled(name, officer, no)).page)
  }
  office = await w.office()
})
after(() => w.stop())

test('figures are live, and each opens records that add up to it', async () => {
  await go('/')
  await at('card-M02').filter({ hasText: /发放宣传单0/ }).waitFor()
  const [page] = kits
  await page.keyboard.press('n')
  await page.getByPlaceholder('场所名或首字母，也可以直接写').fill('城关广场')
  await page.locator('[data-test=open-confirm]').click()
  await page.locator('[data-test=tile-1]').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('380')
  await page.waitForFunction(() => document.querySelector('[data-test=bulk]')?.value === '380')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('[data-test=mine]').textContent === '380')
  await sync(page)
  await at('card-M02').filter({ hasText: /发放宣传单380/ }).waitFor()
  await w.picture(office, 'county-overview')
  await at('card-M02').click()
  await at('figure-row').first().waitFor()
  await at('figure-value').filter({ hasText: /^380$/ }).waitFor()
  await at('figure-row').first().filter({ hasText: /城关广场.*380/ }).waitFor()
  await w.picture(office, 'county-figure')
  await at('figure-row').first().click()
  await at('history').waitFor()
  await office.getByText('D1').first().waitFor() // which computer, when
  await w.picture(office, 'county-record')
  await office.keyboard.press('Escape')
  await at('figure-row').first().waitFor()
  await office.keyboard.press('Escape')
  await at('card-M02').waitFor()
})

test('two edits at once are shown with both values and settled by a key, on the kits too', async () => {
  const [one, other] = kits
  await sync(other) // the second laptop knows the booth
  const [card] = await call(other, 'Booth', 'Recent', 10)
  const form = async (page) => (await call(page, 'Booth', 'Get', card.id)).activity
  const edit = (page, title) => call(page, 'Booth', 'Edit', card.id, { title, place: null, heads: null, elder_heads: null, summary: null })
  await edit(one, '甲队写的名称')
  await edit(other, '乙队写的名称')
  await sync(one)
  await sync(other)
  await go('/review')
  await office.locator('[data-test=item][data-kind=conflict]').first().waitFor()
  await office.getByText('甲队写的名称').first().waitFor()
  await office.getByText('乙队写的名称').first().waitFor()
  await office.locator('[data-test=look]').getByText('甲队写的名称').waitFor() // what the key settles
  await w.picture(office, 'county-review')
  await office.keyboard.press('s') // the other value
  await office.getByText('都核过了').waitFor()
  await sync(one)
  await sync(other)
  for (const kit of [one, other]) {
    await eventually('the value that the office chose', async () => (await form(kit)).title === '甲队写的名称')
  }
})

test('a record is corrected in place, and the figure follows', async () => {
  await go('/figure/M02')
  await at('figure-row').first().click()
  await at('edit').click()
  await office.locator('dialog [name=qty]').fill('many')
  await at('save-record').click()
  await office.getByText('要填整数').waitFor()
  await office.locator('dialog [name=qty]').fill('350')
  await office.keyboard.press('Control+Enter')
  await office.locator('dialog').waitFor({ state: 'detached' })
  await go('/')
  await at('card-M02').filter({ hasText: /发放宣传单350/ }).waitFor()
})

test('a target is typed beside what was done', async () => {
  await go('/plan')
  await at('target-M02').fill('700')
  await office.keyboard.press('Enter')
  await office.getByText('50%').first().waitFor()
  await w.picture(office, 'county-plan')
})

test('findings come with a sentence', async () => {
  await go('/analysis')
  await at('groups').waitFor()
  await at('hours').waitFor()
  await w.picture(office, 'county-analysis')
  const [page] = kits
  const at0 = now()
  const hour = new Date(at0 + 8 * 3600_000).getUTCHours()
  await call(page, 'Consultations', 'Save', { occurred_at: at0, source: 'walk_in', fraud_type: 'F01', stage: 'G0', age_band: 'A6', outcome: 'K1', activity_id: (await call(page, 'Booth', 'Recent', 5))[0].id, channels: ['H1'], indicators: [] })
  await sync(page)
  await office.locator(`[data-test=hour-${hour}]:enabled`).click()
  await office.getByText('共 1 条').waitFor()
  await office.getByRole('button', { name: new RegExp(`去掉 ${hour} 时至`) }).waitFor()
  await office.keyboard.press('Escape')
  await at('places').locator('.finding .cell').first().click()
  await office.getByText('共 1 条').waitFor()
  await w.picture(office, 'county-place-records')
  // Its sentence goes into a report.
  await go('/reports')
  await office.getByRole('button', { name: '生成报告' }).waitFor()
  await office.keyboard.press('n')
  await office.locator('.paper-text').waitFor()
  await go('/analysis')
  await at('hour-into-report').click()
  await at('choose-report').first().waitFor()
  await w.picture(office, 'county-into-report')
  await at('choose-report').first().click()
  await at('open-report').click()
  await office.locator('.paper-text').getByText('咨询集中在').waitFor()
})

test('a consultation is closed by one press, and opened again', async () => {
  const id = (await call(kits[0], 'Consultations', 'List', {})).items[0].id
  await sync(kits[0])
  const closed = () => call(kits[0], 'Consultations', 'Get', id).then((c) => c.closed)
  for (const press of ['现在办结', '改为未办结']) {
    await go('/record/consultation/' + id)
    await at('edit').click()
    await office.locator('dialog').getByRole('button', { name: press }).click()
    if (press === '现在办结') await w.picture(office, 'county-close')
    await at('save-record').click()
    await office.locator('dialog').waitFor({ state: 'detached' })
    await sync(kits[0])
    await eventually(press, async () => (await closed()) === (press === '现在办结'))
  }
})

test('a ledger from Excel is looked at, imported and undone', async () => {
  await go('/interfaces/import')
  const csvless = join(w.dir, 'broken.xlsx')
  writeFileSync(csvless, 'no workbook')
  await at('file').setInputFiles(csvless)
  await office.getByText('这不是 .xlsx 工作簿').waitFor()
  // The interface writes workbooks too: a year's figures make a table with other columns.
  const book = join(w.dir, 'ledger.xlsx')
  writeFileSync(book, Buffer.from(await office.evaluate(async () => Array.from(new Uint8Array(await (await fetch('/api/v1/records/unit?format=xlsx')).arrayBuffer())))))
  await at('file').setInputFiles(book)
  await office.getByText('ledger.xlsx').first().waitFor()
  for (const [field, column] of [['on', 'created_at'], ['unit', 'name'], ['kind', 'code'], ['place', 'name']]) await office.locator(`.match-grid [name=${field}]`).selectOption({ label: column })
  await at('problems').waitFor() // units are no activities: every line says why
  await w.picture(office, 'county-import')
  await office.locator('[data-test=import]:disabled').waitFor()
})

test('a key reads the interface until it is revoked', async () => {
  await go('/interfaces/tokens')
  await at('token-name').fill('数据中台')
  await at('make-token').click()
  const secret = await at('secret').textContent()
  const ask = () => fetch(w.dashboard + '/api/v1/records/handout', { headers: { Authorization: 'Bearer ' + secret } })
  const good = await ask()
  assert.equal(good.status, 200)
  assert.equal((await good.json()).records[0].qty, 350)
  await go('/interfaces/try')
  await at('try').click()
  await office.waitForFunction(() => document.querySelector('[data-test=answer]')?.textContent.includes('"M02"'))
  await w.picture(office, 'county-try')
  await go('/interfaces/tokens')
  await at('revoke').first().click()
  await office.getByText('已收回').waitFor()
  assert.equal((await ask()).status, 401)
})

test('who has synced is listed, and whom to telephone', async () => {
  await go('/devices')
  await office.getByText('D2').first().waitFor()
  await at('phone-list').click()
  await office.getByText('都在按时同步，不用打').waitFor()
  await w.picture(office, 'county-devices')
  await office.keyboard.press('Escape')
  const book = await office.evaluate(async () => { const r = await fetch('/export/devices.xlsx'); return [r.status, (await r.blob()).size] })
  assert.equal(book[0], 200)
  assert.ok(book[1] > 1000)
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})

test('an account of one unit sees that unit; an auditor sees who did what', async () => {
  await go('/settings')
  await at('new-account').click()
  await office.locator('dialog [name=name]').fill('suozhang')
  await office.locator('dialog [name=display]').fill('王所')
  await office.locator('dialog [name=role]').selectOption('lead')
  await office.locator('dialog [name=password]').fill('correct-horse-9')
  await office.keyboard.press('Control+Enter')
  await office.locator('dialog [role=alert]').getByText('请选单位').waitFor()
  await office.locator('dialog [name=unit]').selectOption({ label: '城关派出所' })
  await w.picture(office, 'county-account')
  await office.keyboard.press('Control+Enter')
  await at('account').filter({ hasText: 'suozhang' }).waitFor()
  await w.picture(office, 'county-accounts')
  await at('new-account').click()
  await office.locator('dialog [name=name]').fill('shenji')
  await office.locator('dialog [name=display]').fill('赵审')
  await office.locator('dialog [name=role]').selectOption('auditor')
  await office.locator('dialog [name=password]').fill('correct-horse-9')
  await office.keyboard.press('Control+Enter')
  await at('account').filter({ hasText: 'shenji' }).waitFor()
  for (const [name, places] of [['suozhang', ['总览', '活动与记录', '报告', '研判串并', '计划进度', '电脑与同步', '设置']], ['shenji', ['电脑与同步', '登录与操作', '设置']]]) {
    const page = await w.page(w.dashboard, { width: 1024, height: 768 })
    page.on('response', (r) => { if (r.status() === 422) page.problems.push(r.url()) })
    await page.getByLabel('账号').fill(name)
    await page.locator('input[type=password]').fill('correct-horse-9')
    await page.keyboard.press('Enter')
    await page.locator('.rail').waitFor()
    await page.locator('.rail a').nth(places.length - 1).waitFor()
    assert.deepEqual((await page.locator('.rail a').allTextContents()).map((text) => text.trim().replace(/\d+$/, '')), places)
    for (const place of places) {
      const link = page.locator('.rail a').filter({ hasText: place })
      const path = (await link.getAttribute('href')).slice(1).split('?')[0]
      await link.click()
      await page.locator(`[data-path="${path}"] .page`).waitFor()
      await settled(page)
      assert.equal(await page.locator('.page .error-line, .page [role=alert]:not(:empty)').count(), 0, `${name}: ${place}`)
    }
    await page.goto(new URL('/#/registries/unit', page.url()).href)
    await page.waitForFunction((own) => !location.hash.includes('registries') && document.querySelectorAll('.rail a').length === own, places.length)
    await w.picture(page, `county-as-${name}`)
    assert.deepEqual(page.problems.filter((p) => !/401/.test(p)), [], name)
    await page.context().close()
  }
})
