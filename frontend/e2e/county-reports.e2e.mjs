// Reports and ledgers at the office: made, edited, exported, cancelled, kept, and what
// arrives afterwards; a ledger from Excel comes in and is taken back.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { unzip, workbook, zip } from './zip.mjs'
import { eventually, go as to, now, pictures, settled, World } from './world.mjs'

const w = new World()
let office
let kit
let typed // the sentence that the clerk writes
const year = new Date(now() + 8 * 3600_000).getUTCFullYear()
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = (path) => to(office, path)
const sync = (page) => w.sync(page)
const booth = async (place, leaflets) => {
  await to(kit, '/today')
  await kit.getByRole('heading', { name: '今天的活动' }).waitFor()
  await kit.keyboard.press('n')
  await kit.getByPlaceholder('场所名或首字母，也可以直接写').fill(place)
  await kit.locator('[data-test=open-confirm]').click()
  await kit.locator('[data-test=tile-1]').waitFor()
  await kit.keyboard.press('/')
  await kit.keyboard.type(String(leaflets))
  await kit.waitForFunction((n) => document.querySelector('[data-test=bulk]')?.value === n, String(leaflets))
  await kit.keyboard.press('Enter')
  await kit.waitForFunction((n) => document.querySelector('[data-test=mine]').textContent === n, String(leaflets))
  await sync(kit)
}
const saved = async (click) => {
  const waiting = office.waitForEvent('download')
  await click()
  const download = await waiting
  return { name: download.suggestedFilename(), raw: readFileSync(await download.path()) }
}
const upload = async (name, rows) => {
  const path = join(w.dir, name)
  writeFileSync(path, workbook(rows))
  await at('file').setInputFiles(path)
}
const card = (code) => office.locator(`[data-test=card-${code}]`)

before(async () => {
  await w.start()
  kit = (await w.enrolled('d1')).page
  await booth('城关广场', 385)
  office = await w.office()
})
after(() => w.stop())

test('a ledger from Excel is looked at, imported, and taken back', async () => {
  await go('/interfaces/import')
  await upload('往年活动.xlsx', [['日期', '单位', '类别', '地点', '宣传单'], [`${year}-01-05`, '城关派出所', '街面宣传', '汽车站', '120'], [`${year}-01-06`, '城关派出所', '街面宣传', '老街', '30'], [`${year}-01-07`, '没有的单位', '街面宣传', '老街', '9']])
  await at('problems').waitFor()
  assert.match(await at('problems').textContent(), /没有的单位|单位/)
  await w.picture(office, 'county-import-preview')
  await at('import').click()
  await at('undo-import').first().waitFor()
  await w.picture(office, 'county-imported')
  await go('/')
  await card('M02').filter({ hasText: /发放宣传单535/ }).waitFor()
  await go('/interfaces/import')
  await at('undo-import').first().click()
  await office.getByText('已撤销').first().waitFor()
  await go('/')
  await card('M02').filter({ hasText: /发放宣传单385/ }).waitFor()
})

test('a report is made by a key, of a kind, a period and units', async () => {
  await go('/reports')
  await office.getByRole('button', { name: '银行机构 → 监管' }).click()
  await office.keyboard.press('n')
  await office.locator('.error-line').waitFor() // a bank's report needs a bank
  await office.getByRole('button', { name: '网安大队' }).click()
  await office.getByRole('button', { name: '本月' }).click()
  await office.locator('.unit-filter .chip').click()
  await office.getByRole('option', { name: '城关派出所' }).click()
  await office.keyboard.press('Escape')
  await office.keyboard.press('n')
  await office.locator('.paper-text').filter({ hasText: '城关派出所' }).waitFor()
  await go('/reports')
  await office.getByRole('button', { name: '县公安局' }).click()
  await office.getByRole('button', { name: '本年' }).click()
  await office.locator('.unit-filter .chip').click()
  await office.getByRole('button', { name: '全部单位' }).last().click()
  await office.keyboard.press('Escape')
  await w.picture(office, 'county-reports')
  await office.keyboard.press('n')
  await office.locator('.paper-text h2').first().filter({ hasText: '青岚县' }).waitFor()
})

test('a figure tells its definition when pointed at; a sentence is edited and stays', async () => {
  const figure = office.locator('.paper-text .fig').filter({ hasText: /^380余$/ }).first()
  await figure.hover()
  await office.locator('.report-aside').getByText('宣传单份数之和').waitFor()
  await w.picture(office, 'county-report')
  await office.getByRole('button', { name: '写精确数' }).click()
  await office.locator('.paper-text .fig').filter({ hasText: /^385$/ }).first().waitFor()
  typed = '小结：群众反响良好，下一步继续深入社区。'
  await office.locator('.paper-text p').last().click()
  await office.keyboard.press('End')
  await office.keyboard.press('Enter')
  await office.keyboard.type(typed)
  await office.keyboard.press('Control+s')
  await office.getByText('已保存').waitFor() // it said otherwise from the first key on
  await office.reload()
  await office.locator('.paper-text').getByText(typed).waitFor()
})

test('what another clerk writes meanwhile stays, and is shown once nobody types', async () => {
  const id = office.url().split('/').pop()
  const paper = office.locator('.paper-text')
  const type = async (words) => {
    await office.keyboard.type(words)
    await office.keyboard.press('Control+s')
    await eventually(words, async () => (await call(office, 'County', 'Report', id)).text.includes(words))
  }
  await paper.locator('p').last().click()
  await office.keyboard.press('End')
  await type('甲一。')
  const now = await call(office, 'County', 'Report', id)
  const theirs = structuredClone(now.blocks)
  theirs.find((b) => b.kind === 'paragraph').runs.unshift({ text: '乙。' })
  await call(office, 'County', 'SaveReport', id, now.text, theirs)
  await type('甲二。') // merged with the other's
  await type('甲三。')
  const { text } = await call(office, 'County', 'Report', id)
  for (const words of ['乙。', '甲一。甲二。甲三。']) assert.ok(text.includes(words), text)
  assert.ok(!(await paper.textContent()).includes('乙。'), 'the paper moves under the one who types')
  await paper.evaluate((e) => e.blur())
  await paper.getByText('乙。').waitFor()
})

test('a session that ends while a report is typed takes nothing with it', async () => {
  const id = office.url().split('/').pop()
  const words = '会话过期前写的。'
  await office.locator('.paper-text p').last().click()
  await office.keyboard.press('End')
  await office.context().clearCookies()
  await office.keyboard.type(words)
  await office.keyboard.press('Control+s')
  await office.locator('input[type=password]').waitFor()
  await w.login(office)
  await office.locator('.paper-text').getByText(words).waitFor()
  await eventually('it is saved by itself', async () => (await call(office, 'County', 'Report', id)).text.includes(words))
})

test('it goes out as Word with the edited words and without trace of the editor', async () => {
  const { name, raw } = await saved(() => office.getByRole('button', { name: '导出 Word' }).click())
  assert.match(name, /\.docx$/)
  const document = unzip(raw).get('word/document.xml').toString()
  const text = document.replace(/<[^>]+>/g, '')
  assert.ok(text.includes(typed), text)
  assert.ok(text.includes('发放宣传单385份'))
})

test('a ledger is written, fetched, and its total is a formula', async () => {
  await go('/reports')
  await office.locator('.ledger-grid button').first().click()
  const fetched = office.locator('.jobs li.done a[download]').first()
  await fetched.waitFor()
  const { name, raw } = await saved(() => fetched.click())
  assert.match(name, /T1_活动台账.*\.xlsx/)
  const sheet = unzip(raw).get('xl/worksheets/sheet1.xml').toString()
  assert.match(sheet, /<f>SUM\(/)
  assert.match(sheet, /城关广场/)
  await office.getByRole('button', { name: '去掉' }).first().click()
  await office.waitForFunction(() => !document.querySelector('.jobs li.done'))
})

test('a long ledger shows how far it is and is cancelled', { timeout: 900_000 }, async () => {
  await go('/interfaces/import')
  await office.getByRole('button', { name: '咨询台账' }).click()
  for (const part of ['上', '下']) { // 20,000 rows at once is what one file may hold
    const rows = [['日期', '单位', '诈骗类型', '年龄段', '警情编号']]
    for (let i = 0; i < 19_999; i++) rows.push([`${year}-01-${String(1 + (i % 9)).padStart(2, '0')} ${String(8 + (i % 9)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`, '城关派出所', '刷单返利', '30–44岁', `QL${part}${i}`])
    await upload(`咨询台账${part}.xlsx`, rows)
    await office.locator('[data-test=import]:enabled').waitFor({ timeout: 180_000 })
    await at('import').click()
    await office.locator('.imports tr', { hasText: `咨询台账${part}.xlsx` }).waitFor({ timeout: 240_000 })
  }
  await go('/reports')
  const t4 = office.locator('.ledger-grid button').nth(3)
  for (let tries = 0; ; tries++) { // fast as it is, it may be done before the hand is there
    for (let i = 0; i < 3; i++) await t4.click()
    await office.locator('.jobs li').nth(2).waitFor() // all of them are under way
    const running = office.locator('.jobs li.running').filter({ hasText: /已写 [1-9]/ }).last()
    if (await running.waitFor({ timeout: 10_000 }).then(() => true, () => false)) {
      await office.screenshot({ path: join(pictures, 'county-ledger-running.png') })
      await office.locator('.jobs li.running button').last().click({ timeout: 2000 }).catch(() => {})
    }
    await office.waitForFunction(() => !document.querySelector('.jobs li.running'), undefined, { timeout: 180_000 })
    await settled(office)
    const left = await office.locator('.jobs li.done').count()
    if (left === 2) break
    assert.ok(tries < 12, `never cancelled while it ran: ${left} are done`)
    for (let n = left; n > 0; n--) {
      await office.locator('.jobs li.done button').first().click()
      await office.waitForFunction((n) => document.querySelectorAll('.jobs li').length < n, n)
    }
  }
})

test('what is issued stays; what arrives later is told and taken into a new one', async () => {
  await go('/reports')
  await office.locator('.report-list a').first().click()
  await office.locator('.paper-text').waitFor()
  const issued = office.url()
  await booth('夜市', 120)
  await office.locator('.late').getByText(/发放宣传单.*\+120/).waitFor({ timeout: 90_000 }) // without being asked
  assert.match(await office.locator('.paper-text').textContent(), /385/)
  await w.picture(office, 'county-report-late')
  await office.getByRole('button', { name: '用最新数据重做' }).click()
  await office.waitForFunction((old) => location.href !== old, issued)
  await office.locator('.paper-text').getByText(typed).waitFor() // the wording stays
  await office.locator('.paper-text').filter({ hasText: '505' }).waitFor()
  await office.goto(issued)
  await office.locator('.paper-text').getByText('发放宣传单385份').waitFor()
})

test('a template with an unknown placeholder is refused by its name; a good one is used', async () => {
  await go('/reports')
  const own = office.locator('.report-side li').filter({ hasText: 'R3' })
  const { raw } = await saved(() => own.getByRole('link', { name: '下载模板' }).click())
  const parts = unzip(raw)
  const path = join(w.dir, '模板.docx')
  const document = parts.get('word/document.xml').toString()
  parts.set('word/document.xml', document.replace('</w:body>', '<w:p><w:r><w:t>{{科室}}</w:t></w:r></w:p></w:body>'))
  writeFileSync(path, zip(parts))
  await own.locator('input[type=file]').setInputFiles(path)
  await office.locator('.report-side [role=alert]').getByText('科室').waitFor()
  await w.picture(office, 'county-template-refused')
  parts.set('word/document.xml', document)
  writeFileSync(path, zip(parts))
  await own.locator('input[type=file]').setInputFiles(path)
  await own.getByText('自有模板').waitFor()
  await own.getByRole('button', { name: '用内置' }).click()
  await own.getByText('内置模板').waitFor()
})

test('in English and in high contrast it reads as well', async () => {
  await go('/reports')
  await office.evaluate(() => document.documentElement.classList.add('sun'))
  await w.picture(office, 'county-reports-sun')
  await office.locator('.report-list a').first().click()
  await office.locator('.paper-text').waitFor()
  await w.picture(office, 'county-report-sun')
  await office.evaluate(() => document.documentElement.classList.remove('sun'))
  await go('/settings')
  await office.getByRole('button', { name: 'English' }).click()
  for (const [hash, name] of [['/reports', 'reports'], ['/interfaces/import', 'import'], ['/analysis', 'analysis'], ['/devices', 'devices']]) {
    await go(hash)
    await w.picture(office, `county-${name}-english`)
    const chinese = await office.locator('.page h1, .page h2, .page button').allTextContents()
    const left = chinese.filter((text) => /[一-鿿]/.test(text) && !/城关|夜市|青岚|青岚县|台账|F\d\d|刷单|岁/.test(text))
    assert.deepEqual(left.filter((text) => !/^T\d+ /.test(text.trim())), [], hash)
  }
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})
