import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { go as to, now, settled, World } from './world.mjs'

const w = new World()
let office
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = (path) => to(office, path)
const fill = async (values) => {
  for (const [name, value] of Object.entries(values)) {
    const field = office.locator(`dialog [name="${name}"]`)
    if ((await field.evaluate((e) => e.tagName)) === 'SELECT') await field.selectOption(value)
    else await field.fill(value)
  }
}

before(async () => {
  await w.start()
  office = await w.office()
})
after(() => w.stop())

test('a unit is made by keyboard, corrected, and refused twice', async () => {
  await go('/registries/unit')
  await at('entry').first().waitFor()
  await office.keyboard.press('n')
  await office.locator('dialog').waitFor()
  await fill({ code: 'LKPCS', name: '岭口派出所', short_name: '岭口所', department: 'D02' })
  await w.picture(office, 'county-unit-new')
  await office.keyboard.press('Control+Enter')
  await office.getByText('已保存').waitFor()
  await at('find').fill('lkpcs')
  await office.waitForFunction(() => document.querySelectorAll('[data-test=entry]').length === 1)
  await at('entry').filter({ hasText: '岭口' }).click()
  await fill({ service_phone: '12' })
  await at('save-entry').click()
  await office.getByText('不像电话号码').waitFor()
  await fill({ service_phone: '0571-88880000', teller_headcount: '12' })
  await at('save-entry').click()
  await office.getByText('0571-88880000').waitFor()
})

test('duplicates are shown side by side, merged by a key and split again', async () => {
  for (const [name, licence] of [['极速网吧', ''], ['极速网咖城关店', 'QL001'], ['星空网咖', 'QL002']]) {
    await go('/registries/venue')
    await at('new-entry').click()
    await fill({ kind: 'V01', name, town: '城关镇', licence_no: licence })
    await at('save-entry').click()
    await office.locator('dialog').waitFor({ state: 'detached' })
    await at('entry').filter({ hasText: name }).waitFor()
  }
  await go('/registries/duplicates')
  await at('pair').first().waitFor()
  assert.equal(await at('pair').count(), 1)
  await w.picture(office, 'county-duplicates')
  await office.keyboard.press('1')
  await office.getByText('3 → 2 条').waitFor()
  await office.getByText('没有疑似重复').waitFor()
  await settled(office) // one key after the other
  await office.keyboard.press('z')
  await office.getByText('2 → 3 条').waitFor()
  await at('pair').first().waitFor()
  await settled(office)
  await office.keyboard.press('2')
  await office.getByText('3 → 2 条').waitFor()
  await go('/registries/venue')
  await office.locator('select').last().selectOption('merged')
  await at('take-back').first().waitFor()
  await w.picture(office, 'county-merged')
  await at('take-back').first().click()
  await w.picture(office, 'county-split')
  await office.getByText('2 → 3 条').waitFor()
})

test('rules and codes are kept, wrong ones refused', async () => {
  await go('/registries/rules')
  await office.locator('[name=large_leaflets]').fill('0')
  await at('save-rules').click()
  await office.getByText('大型街面宣传的宣传单数要在 1 到').waitFor()
  await office.locator('[name=large_leaflets]').fill('150')
  await office.locator('[name=towns]').fill('城关镇\n岭口镇')
  await at('save-rules').click()
  await office.getByText('已保存').waitFor()
  await w.picture(office, 'county-rules')
  await go('/registries/codes')
  await office.getByLabel('F01 本县叫法').fill('网络刷单')
  await at('save-codes').click()
  await office.getByText('已保存').waitFor()
  await office.reload()
  await office.waitForFunction(() => document.querySelector('[aria-label="F01 本县叫法"]')?.value === '网络刷单')
  await w.picture(office, 'county-codes')
})

test('what the office calls a code shows at once on another dashboard, in lists, figures and what is fetched', async () => {
  const other = await w.office({ width: 1024, height: 768 })
  const { page } = await w.enrolled('d2', '王强', '041208')
  const booth = await call(page, 'Booth', 'Open', { place: '城关广场' })
  await call(page, 'Consultations', 'Save', { activity_id: booth.activity?.id ?? booth.id, source: 'walk_in', occurred_at: now(), fraud_type: 'F01', age_band: 'A6', stage: 'G0', outcome: 'K1', channels: ['H1'] })
  await w.sync(page)
  await page.context().close()
  await to(other, '/records/consultation')
  await other.locator('.page').getByText('网络刷单').first().waitFor() // as the office had named it before
  await go('/registries/codes')
  await office.getByLabel('F01 本县叫法').fill('刷单做任务')
  await at('save-codes').click()
  await office.getByText('已保存').waitFor()
  await other.locator('.page').getByText('刷单做任务').first().waitFor()
  await other.locator('.page').getByText('网络刷单').first().waitFor({ state: 'detached' })
  const csv = await other.evaluate(async () => (await fetch('/export/consultations.csv?from=2024-01-01&to=2033-12-31')).text())
  assert.match(csv, /刷单做任务/)
  await w.picture(other, 'county-named')
  await office.getByLabel('F02 本县叫法').fill('刷单做任务') // one name for two codes
  await at('save-codes').click()
  await office.getByText('都叫“刷单做任务”').waitFor()
  assert.deepEqual(other.problems.filter((p) => !/401/.test(p)), [])
  await other.context().close()
})

test('what the office keeps reaches a kit', async () => {
  const { page } = await w.enrolled('d1')
  await page.keyboard.press('n')
  await page.getByRole('button', { name: '岭口所', exact: true }).waitFor()
  await w.sync(page)
  await page.context().close()
  await go('/registries/officer')
  await office.getByText('041207').waitFor() // and what the kit wrote is in the register
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})
