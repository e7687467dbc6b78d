// W3, W9 and W11 by keyboard, and what must not break: a crash in the middle of a
// form, 10 MB pasted, a broken picture, formulas, emoji and right-to-left text.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { eventually, settled, World } from './world.mjs'
import { call, practise, samples, show } from './screens.mjs'

const w = new World()
let page, sample
const at = (name) => page.locator(`[data-test="${name}"]`)
const paste = (text) => page.evaluate((text) => {
  const data = new DataTransfer()
  data.setData('text/plain', text)
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}, text)
const consultations = (query) => call(page, 'Consultations', 'List', query)

before(async () => {
  await w.start()
  ;({ page } = await practise(w))
  sample = await samples(page)
})
after(() => w.stop())

test('W3: a consultation with its case elements, by keyboard, 25 keys and the digits of its leads', async () => {
  await show(page, '/consult/new/' + sample[':activity'])
  await at('fraud').and(page.locator(':focus')).waitFor()
  let keys = 0
  const press = async (...names) => { for (const name of names) { await page.keyboard.press(name); keys++ } }
  await page.keyboard.insertText('刷单'); keys += 2
  await press('Enter', '1')
  await page.keyboard.type('1.2w'); keys += 4
  await press('Enter', '3', '9', 'Enter', '6')
  await at('indicator').and(page.locator(':focus')).waitFor()
  await paste('对方来电 12800000001，让我下载“任务大厅”APP，转到 6222 0212 3456 7890 128')
  await page.waitForFunction(() => document.querySelectorAll('[data-test=lead-chip]').length === 3)
  await page.locator('[data-test=lead-chip].hit', { hasText: '命中 2 次' }).waitFor()
  await at('lead-history').waitFor()
  await press('Enter', '1', '5', 'Enter', '2')
  await page.waitForFunction(() => document.querySelector('[data-test=elements]').textContent.includes('6 / 6'))
  await w.picture(page, 'consult-leads')
  await press('Control+Enter')
  await page.locator('.el-message--success', { hasText: '刷单返利' }).waitFor()
  assert.ok(keys <= 25, `${keys} keys`)
  const [saved] = (await consultations({ limit: 1 })).items
  assert.deepEqual(saved.indicators.toSorted(), ['app:任务大厅', 'bank_account:6222021234567890128', 'phone:12800000001'])
  assert.equal(saved.elements_ok, true)
  assert.equal(saved.at_risk_fen, 1_200_000)
})

test('what was typed as a lead and is none is not dropped: the save is refused', async () => {
  await at('indicator').fill('。。。')
  await page.keyboard.press('Control+Enter')
  await page.getByText('线索没有认出来，请改一下或清空。').waitFor()
  assert.equal(await at('indicator').inputValue(), '。。。')
  await at('indicator').fill('')
  await at('fraud').focus()
})

test('the one saved just now: its outcome by one key', async () => {
  await page.keyboard.press('Alt+r')
  await at('outcome-save').waitFor()
  assert.equal(await page.locator('[data-test=averted] input, input[data-test=averted]').first().inputValue(), '12000')
  await page.keyboard.press('Control+Enter')
  await at('outcome-save').waitFor({ state: 'hidden' })
  const page1 = await call(page, 'Outcomes', 'List', { kind: 'intercept' })
  assert.equal(page1.intercepts, 2)
})

test('W9: joint action stamps the minute, also before the form is saved', async () => {
  await show(page, '/consult/new/' + sample[':activity'])
  await at('fraud').and(page.locator(':focus')).waitFor()
  await page.keyboard.insertText('公检法')
  await page.keyboard.press('Enter')
  await page.keyboard.press('3') // paid
  await page.locator('[data-test=amount] input:focus, input[data-test=amount]:focus').waitFor()
  await page.keyboard.type('3w')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement.matches('[role=group]'))
  await page.keyboard.press('l') // in the row of channels a letter is free
  await page.getByText('刚做了哪一步？').waitFor()
  await page.keyboard.press('1')
  await page.getByText('刚做了哪一步？').waitFor({ state: 'hidden' })
  await page.keyboard.press('Alt+l')
  await page.getByText('刚做了哪一步？').waitFor()
  await page.keyboard.press('3')
  await page.waitForFunction(() => document.querySelectorAll('[data-test=step]').length === 2)
  await w.picture(page, 'consult-linkage')
  let draft
  await eventually('the draft with both steps', async () => {
    draft = JSON.parse((await call(page, 'Drafts', 'Of', 'consultation/new/' + sample[':activity']))?.form ?? 'null')
    return draft?.steps.length === 2
  })
  await page.reload()
  await page.waitForFunction(() => document.querySelectorAll('[data-test=step]').length === 2)
  await call(page, 'Consultations', 'Save', { ...draft, channels: ['H1'], age_band: 'A5', no_indicator: true, outcome: 'K4' })
  const [saved] = (await consultations({ limit: 1 })).items
  const steps = await call(page, 'Linkage', 'List', saved.id)
  assert.deepEqual(steps.map((s) => s.kind), ['call_police', 'stop_payment'])
  assert.ok(steps.every((s) => s.at % 60_000 === 0))
})

test('W11: a pasted link knows its channel; forwards add up; many come from a spreadsheet', async () => {
  await show(page, '/post')
  await at('post-link').waitFor()
  await page.locator('[data-test=post]').first().waitFor()
  const before = Number((await at('post-count').textContent()).replace(/,/g, ''))
  await page.keyboard.press('n')
  await page.locator('[data-test=post-link] input:focus, input[data-test=post-link]:focus').waitFor()
  await paste('7.82 复制打开抖音，看看【青岚反诈】 https://v.douyin.com/AbC123/ 01/05')
  await page.waitForFunction(() => document.querySelector('[data-test=post-title] input, input[data-test=post-title]').value === '青岚反诈')
  await page.locator('[data-test=post-title] input:focus, input[data-test=post-title]:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.locator('[data-test=post]', { hasText: '青岚反诈' }).waitFor()
  await page.locator('[data-test=post]', { hasText: '青岚反诈' }).locator('[data-test=forward-10]').click()
  await page.waitForFunction((n) => document.querySelector('[data-test=post-count]').textContent.replace(/,/g, '') === String(n), before + 11)
  await at('post-bulk').click()
  await at('post-table').waitFor()
  await page.locator('textarea').last().focus()
  await paste('渠道\t标题\t链接\t转发\n微博\t=HYPERLINK("x")\thttps://weibo.com/1/a\t5\n微信群\t😀שלום 提醒\t\t2\n火星\t看不懂\t\t1\n')
  await page.locator('[data-test=post-row]').nth(2).waitFor()
  await w.picture(page, 'post-paste')
  await page.keyboard.press('Control+Enter')
  await page.locator('[data-test=post]', { hasText: '=HYPERLINK' }).waitFor()
  await page.locator('[data-test=post]', { hasText: 'שלום' }).waitFor()
  await page.waitForFunction((n) => document.querySelector('[data-test=post-count]').textContent.replace(/,/g, '') === String(n), before + 11 + 6 + 3)
})

test('a case is written from a consultation without what is a person’s, and only then released', async () => {
  await show(page, '/consult/' + sample.consult)
  await page.keyboard.press('Alt+g')
  await at('digest-article').waitFor()
  await page.waitForFunction(() => document.querySelector('[data-test=digest-article] textarea, textarea[data-test=digest-article]').value.length > 20)
  const article = page.locator('[data-test=digest-article] textarea, textarea[data-test=digest-article]').first()
  await article.fill((await article.inputValue()) + '详询 12800001234。')
  await page.keyboard.press('Control+Enter')
  await at('blemish').first().waitFor()
  await at('state-released').click()
  await at('error').filter({ hasText: '电话' }).waitFor()
  await article.fill((await article.inputValue()).replace('详询 12800001234。', ''))
  await at('state-released').click()
  await page.getByText('没有个人信息，可以发布。').waitFor()
  await page.locator('[data-test=state-released].on').waitFor()
  await w.picture(page, 'digest')
})

test('a type that none fits asks for a sentence, by keyboard, and keeps it', async () => {
  await show(page, '/consult/new/' + sample[':activity'])
  await at('fraud').and(page.locator(':focus')).waitFor()
  await page.keyboard.type('99')
  await page.keyboard.press('Enter')
  await page.locator('[data-test=story]:focus').waitFor()
  await page.keyboard.press('Enter') // nothing said yet
  await page.getByRole('radiogroup', { name: '进展' }).and(page.locator(':focus')).waitFor()
  for (const key of ['0', 'Enter', '6']) await page.keyboard.press(key)
  await page.getByRole('radiogroup', { name: '处理结果' }).focus()
  await page.keyboard.press('1')
  await page.keyboard.press('Control+Enter')
  await at('error').filter({ hasText: '请写一两句案情经过' }).waitFor()
  await page.locator('[data-test=story]:focus').waitFor()
  await w.picture(page, 'consult-other')
  await page.keyboard.insertText('有人上门说能换旧币')
  await page.keyboard.press('Control+Enter')
  await page.waitForFunction(() => document.activeElement.matches('[data-test=fraud]') && !document.querySelector('[role=radiogroup] .on')) // for the next person
  const [kept] = (await consultations({ limit: 1 })).items
  assert.deepEqual([kept.fraud_type, kept.story], ['F99', '有人上门说能换旧币'])
})

test('leads join: the page of one, the picture beside it, the clusters', async () => {
  await show(page, '/lead')
  await page.locator('[data-test=lead]', { hasText: '12800000001' }).click()
  await page.waitForFunction(() => document.querySelectorAll('[data-test=lead-consultation]').length === 3)
  await page.locator('[data-test=lead-graph] canvas').waitFor()
  await page.keyboard.press('2')
  await page.locator('[data-test=lead-status].on', { hasText: '已核实' }).waitFor()
  await w.picture(page, 'lead')
  await page.keyboard.press('Escape')
  await at('tab-clusters').waitFor()
  await page.keyboard.press('2')
  await at('cluster').first().waitFor()
  for (const [tab, name] of [['2', '串并'], ['3', '研判']]) {
    await page.keyboard.press(tab)
    await at(tab === '2' ? 'cluster' : 'trend').first().waitFor()
    await page.keyboard.press('Control+e')
    const [file] = await Promise.all([page.waitForEvent('download'), at('export-csv').last().click()])
    assert.match(file.suggestedFilename(), new RegExp(`^${name}-.*\\.csv$`))
    assert.ok(readFileSync(await file.path(), 'utf8').split('\n').length > 2, name + ' has lines')
  }
})

test('one key searches everything, by pinyin initials too', async () => {
  await show(page, '/today')
  await page.keyboard.press('Control+k')
  await page.locator('[data-test=find]:focus').waitFor()
  await page.keyboard.type('slrwdt') // 示例任务大厅
  await page.locator('[data-test=hit]', { hasText: '示例任务大厅' }).first().waitFor()
  await w.picture(page, 'find')
  await page.keyboard.press('Enter')
  await at('lead-value').waitFor()
})

test('many are changed at once, exported and brought back from the history', async () => {
  await show(page, '/consult')
  await page.locator('[data-test=consultation]').first().waitFor()
  await settled(page)
  const total = await page.locator('[data-test=consultation]').count()
  await page.locator('[data-test=consultation]').first().focus()
  await page.keyboard.press('Space')
  await page.getByText('已选 1 条').waitFor()
  await at('bulk-outcome').click()
  await page.getByRole('option', { name: '待回访' }).click()
  await page.getByText('已改 1 条').waitFor()
  await page.keyboard.press('Control+e')
  const [download] = await Promise.all([page.waitForEvent('download'), at('export-xlsx').click()])
  assert.match(download.suggestedFilename(), /^咨询-\d{4}-\d\d-\d\d\.xlsx$/)
  await page.locator('[data-test=consultation]', { hasText: '待回访' }).first().click()
  await at('history').click()
  await page.locator('[data-test=history-entry]', { hasText: '处理结果' }).filter({ hasText: '恢复' }).first().getByRole('button').click()
  await page.getByText('已恢复：').first().waitFor()
  assert.equal((await consultations({ outcome: 'K5' })).total, 0)
  assert.equal((await consultations({})).total, total)
})

test('10 MB pasted, a broken picture, an impossible day: a sentence, and nothing is lost', async () => {
  await show(page, '/consult/new/' + sample[':activity'])
  await at('indicator').focus()
  await paste('没有号码的长文'.repeat(500_000))
  await page.getByText('只识别了前面一部分').waitFor()
  await show(page, '/post')
  await at('post-bulk').click()
  await page.locator('textarea').last().focus()
  await paste('抖音\t标题\n'.repeat(3000))
  await at('paste-error').waitFor()
  assert.match(await at('paste-error').textContent(), /2000/)
  await page.keyboard.press('Escape')
  for (const [service, method, args, sentence] of [
    ['Photos', 'Add', [{ table: 'activity', id: sample[':activity'], data: btoa('=HYPERLINK()'), taken_at: 0 }], /不是照片，或者已经损坏/],
    ['Outcomes', 'Save', [{ id: '', kind: 'solved', occurred_on: '2025-02-30', partners: [], consultation_id: '' }], /不是日期/],
    ['Outcomes', 'Save', [{ id: '', kind: 'intercept', no_ref: true, source: 'call', averted: '999999999999', partners: [], consultation_id: '' }], /太大/],
  ]) await assert.rejects(call(page, service, method, ...args), sentence)
  assert.deepEqual(page.problems.filter((p) => !/422/.test(p)), [])
})

test('practice is left, and nothing of it stays', async () => {
  await at('practice-end').click()
  await page.getByText('登记这台电脑').waitFor()
  assert.equal((await call(page, 'Kit', 'State')).enrolled, false)
})
