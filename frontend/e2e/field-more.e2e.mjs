// The office's hand in the kit, and what every list and record of it offers: names of
// codes, low-stock marks, exports, history, photos, bulk edits, the tray, scanned codes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, show } from './screens.mjs'
import { eventually, go, World } from './world.mjs'

const w = new World()
let one, two, office
const at = (name, page = one.page) => page.locator(`[data-test="${name}"]`)
const said = (text, page = one.page) => page.getByText(text).first().waitFor()
const sync = async (...kits) => {
  for (const k of [...kits, ...kits]) {
    const { last } = await call(k.page, 'Sync', 'Now')
    assert.ok(last?.ok, JSON.stringify(last))
  }
}
const opened = (kind, place) => call(one.page, 'Activities', 'Open', { kind, place, title: '', venue_id: '', lead_unit_id: '', host_unit_id: '', partner_units: [], officer_ids: [], fraud_types: [], topic_tags: [], audience_roles: [], hours_x10: 0, start_at: 0, planned: false, plan_item_id: '' })
const consultation = (activity, more = {}) => call(one.page, 'Consultations', 'Save', { activity_id: activity, source: 'walk_in', fraud_type: 'F01', channels: ['H3'], stage: 'G1', at_risk: '3000', age_band: 'A6', advice: ['Z1'], outcome: 'K1', indicators: [], steps: [], no_indicator: true, ...more })

before(async () => {
  await w.start()
  one = await w.enrolled('d1')
  two = await w.enrolled('d2', '王强', '041208')
  office = await w.office()
})
after(() => w.stop())

test('the office renames a code and retires another: every picker follows, old records keep theirs', async () => {
  const booth = await opened('street', '城关广场')
  const old = await consultation(booth.id, { fraud_type: 'F28' })
  await go(office, '/registries/codes')
  await office.getByLabel('F01 本县叫法').or(office.locator('input[aria-label^="F01"]')).first().fill('刷单做任务')
  await office.locator('tr', { hasText: 'F28' }).locator('input[type=checkbox]').uncheck()
  await at('save-codes', office).click()
  await office.getByText('已保存').waitFor()
  await sync(one)
  await show(one.page, '/consult/new/' + booth.id)
  await at('fraud').fill('1')
  await one.page.getByRole('option', { name: /刷单做任务/ }).waitFor()
  await at('fraud').fill('欠费')
  await one.page.getByRole('option', { name: /刷单做任务/ }).waitFor({ state: 'detached' })
  assert.equal(await one.page.getByRole('option').count(), 0, 'a retired code is offered')
  await show(one.page, '/consult/' + old.id)
  await one.page.locator('.fraud .shown', { hasText: '电话欠费' }).waitFor()
  await one.page.keyboard.press('Control+Enter') // an old record is saved with its code
  await at('consultation').first().waitFor()
  assert.equal((await call(one.page, 'Consultations', 'Get', old.id)).fraud_type, 'F28')
  await w.picture(one.page, 'more-codes')
})

test('the office sets a low-stock mark: the booth asks for more at it', async () => {
  await go(office, '/registries/material')
  await at('entry', office).filter({ hasText: '防诈宣传单' }).first().click()
  await office.locator('dialog [name="low_stock"]').fill('150')
  await w.picture(office, 'more-county-material')
  await at('save-entry', office).click()
  await office.getByText('已保存').waitFor()
  await sync(one)
  const material = (await call(one.page, 'Catalogue', 'Materials'))[0]
  await call(one.page, 'Stock', 'Record', { kind: 'receive', material_id: material.id, qty: 160, batch_no: '1', printed_on: '', unit_id: '', note: '' })
  const booth = await opened('street', '城关广场')
  await show(one.page, '/booth/' + booth.id)
  await at('tile-1').filter({ hasText: '余 160' }).waitFor()
  await one.page.keyboard.press('Shift+1')
  await one.page.waitForFunction(() => /余 150，请补货/.test(document.querySelector('[data-test=tile-1]').textContent))
  await show(one.page, '/stock')
  await said('快没了，请补货')
  await w.picture(one.page, 'more-stock')
})

test('two hand counts of one thing: the day asks, and one is taken', async () => {
  await sync(one, two)
  const booth = await opened('street', '城关广场')
  const material = (await call(one.page, 'Catalogue', 'Materials'))[0]
  await call(one.page, 'Stock', 'Carry', booth.id, material.id, 'returned', 90)
  await call(two.page, 'Stock', 'Carry', booth.id, material.id, 'returned', 100)
  await sync(one, two)
  await sync(one)
  await show(one.page, '/day')
  await at('counted-twice').waitFor()
  await w.picture(one.page, 'more-counted-twice')
  await at('take-other').click()
  await at('counted-twice').waitFor({ state: 'detached' })
  const [line] = await call(one.page, 'Stock', 'Carried', booth.id)
  assert.equal(line.returned, 90)
  assert.deepEqual(line.others, [])
})

test('every list exports by one key, at one place', async () => {
  const meeting = await call(one.page, 'Meetings', 'Create', { kind: 'cafe_meeting', title: '', venue_id: '', place: '会议室', host_unit_id: '', partner_units: [], start_at: 0 })
  await call(one.page, 'Meetings', 'WalkIn', meeting.activity.id, { org: '极速网吧', name: '赵敏', phone: '', licence: '', role: 'cafe_owner', town: '城关镇', venue_id: '', venue_name: '', create_venue: true, problem: '', problem_en: '' })
  const round = await opened('household', '锦苑小区')
  for (const [path, name] of [['/stock', '物料结存'], ['/tally', '柜面日计'], ['/plan', '工作计划'], ['/post', '网上发布'], ['/digest/slogans', '标语'], ['/outcome', '成效'], ['/lead', '线索'], ['/digest', '典型案例'], ['/venue', '场所'], ['/inspect', '张贴'], ['/activity', '活动'], ['/meeting', '会议'], ['/consult', '咨询'], ['/rates', '网吧到会率'],
    ['/meeting/' + meeting.activity.id, '会议室.*签到'], ['/household/' + round.id, '入户']]) {
    await show(one.page, path)
    await one.page.keyboard.press('Control+e')
    await at('export-csv').last().waitFor().catch(() => assert.fail('Ctrl+E does nothing at ' + path))
    const [file] = await Promise.all([one.page.waitForEvent('download'), at('export-csv').last().click()])
    assert.match(file.suggestedFilename(), new RegExp(`^${name}-\\d{4}-\\d\\d-\\d\\d\\.csv$`), path)
  }
})

test('a venue’s history brings back what was overwritten; its dialog keeps the key', async () => {
  await show(one.page, '/venue')
  await one.page.locator('.entry', { hasText: '极速网吧' }).click()
  await one.page.getByLabel('地址').fill('人民路 1 号')
  await one.page.keyboard.press('Control+Enter')
  await one.page.getByRole('dialog').waitFor({ state: 'detached' })
  await one.page.locator('.entry', { hasText: '人民路 1 号' }).click()
  await one.page.getByLabel('地址').fill('错的')
  await one.page.keyboard.press('Control+Enter')
  await one.page.getByRole('dialog').waitFor({ state: 'detached' })
  await one.page.locator('.entry', { hasText: '错的' }).click()
  await at('photos').waitFor()
  await one.page.keyboard.press('Alt+h')
  const entry = at('history-entry').filter({ hasText: '人民路 1 号' })
  await entry.first().waitFor()
  await w.picture(one.page, 'more-history')
  await entry.first().getByRole('button').click()
  await said('已恢复：地址')
  await show(one.page, '/venue')
  await one.page.locator('.entry', { hasText: '人民路 1 号' }).waitFor()
})

/** A JPEG that a camera wrote: with the place where it stood. */
const camera = (page, shade) => page.evaluate(async (shade) => {
  const canvas = document.createElement('canvas')
  canvas.width = 400
  canvas.height = 300
  const g = canvas.getContext('2d')
  g.fillStyle = shade
  g.fillRect(0, 0, 400, 300)
  g.fillStyle = '#fff'
  g.fillRect(60, 60, 120, 90)
  const jpeg = new Uint8Array(await (await new Promise((done) => canvas.toBlob(done, 'image/jpeg'))).arrayBuffer())
  // TIFF: one entry that points to the GPS directory, which holds a latitude (Exif 2.3, 4.6).
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 1, 0, 2, 0, 2, 0, 0, 0, 0x4e, 0, 0, 0, 2, 0, 5, 0, 3, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0,
    ...[30, 1, 15, 1, 987654, 1].flatMap((n) => [n & 255, (n >> 8) & 255, (n >> 16) & 255, 0])]
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]
  const app1 = [0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255, ...exif]
  return [...jpeg.slice(0, 2), ...app1, ...jpeg.slice(2)]
}, shade)
const count = (n) => one.page.waitForFunction((n) => document.querySelectorAll('[data-test=photo] img').length === n, n)

test('photos come by file, by paste and by drag, wherever something is recorded; their place is gone', async () => {
  const screens = [['lecture', '/lecture/', '县一中'], ['household', '/household/', '锦苑小区'], ['street', '/booth/', '汽车站'], ['counter_day', '/counter/', '营业部'], ['desk_shift', '/desk/', '指挥中心']]
  for (const [n, [kind, path, place]] of screens.entries()) {
    const a = await opened(kind, place)
    await show(one.page, path + a.id)
    await at('photos').waitFor()
    const [file, pasted, dragged] = await Promise.all(['#b33', '#3b3', '#33b'].map((c) => camera(one.page, c.replace('3', String(n)))))
    assert.ok(Buffer.from(file).includes('Exif'))
    await at('photo-file').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(file) })
    await count(1)
    for (const [bytes, type] of [[pasted, 'paste'], [dragged, 'drop']]) {
      await one.page.evaluate(([bytes, type]) => {
        const data = new DataTransfer()
        data.items.add(new File([new Uint8Array(bytes)], type + '.jpg', { type: 'image/jpeg' }))
        const event = type === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        document.querySelector('[data-test=photos]').dispatchEvent(event)
      }, [bytes, type])
      await count(type === 'paste' ? 2 : 3)
    }
    await one.page.waitForFunction(() => document.querySelector('[data-test=photo] img')?.naturalWidth > 0) // the thumbnail is not empty
    for (const p of await call(one.page, 'Photos', 'List', 'activity', a.id)) {
      for (const what of ['Full', 'Thumb']) {
        const kept = Buffer.from(await call(one.page, 'Photos', what, p.id), 'base64')
        assert.equal(kept.subarray(0, 2).toString('hex'), 'ffd8')
        assert.ok(!kept.includes('Exif') && !kept.includes(Buffer.from([0x06, 0x12, 0x0f])), 'the place is still in it') // 987654
      }
    }
    await w.picture(one.page, 'more-photos-' + kind)
  }
})

test('many are changed in one step, and one key takes it back', async () => {
  await show(one.page, '/activity')
  await at('activity').first().waitFor()
  const states = async () => (await call(one.page, 'Activities', 'List', { kind: 'lecture', state: '', text: '', from: '', to: '', limit: 0 })).map((a) => a.state)
  await one.page.locator('.ticked', { hasText: '县一中' }).locator('.el-checkbox').click()
  await one.page.locator('.ticked', { hasText: '营业部' }).locator('.el-checkbox').click()
  await said('已选 2 条')
  await w.picture(one.page, 'more-bulk')
  await at('bulk-state').click()
  await one.page.getByRole('option', { name: '已结束' }).click()
  await said('已改 2 条')
  assert.deepEqual(await states(), ['done'])
  await at('bulk-undo').waitFor()
  await w.picture(one.page, 'more-bulk-undo')
  await one.page.keyboard.press('Control+z')
  await said('已改回 2 条')
  assert.deepEqual(await states(), ['open'])
})

test('venues, posts, outcomes and leads too; a post has its page and its history', async () => {
  const booth = await opened('street', '城关广场')
  await consultation(booth.id, { indicators: ['phone:12800004321'], no_indicator: false })
  await call(one.page, 'Posts', 'Save', { id: '', channel: 'douyin', account: '平安青岚', posted_at: 0, title: '刷单是骗局', url: '', digest_id: '', slogan_id: '', forwards: 0, reads: 0, purpose: '', via: '', note: '' })
  await call(one.page, 'Outcomes', 'Save', { id: '', kind: 'intercept', ref_no: 'QL-1', no_ref: false, occurred_on: '2025-01-10', source: 'call', averted: '800', recovered: '', persons: 0, partners: [], consultation_id: '', note: '' })
  const now = {
    venue: async () => (await call(one.page, 'Venues', 'List', { text: '极速', kind: '', limit: 5 }))[0].state,
    post: async () => (await call(one.page, 'Posts', 'List', {})).items[0].purpose,
    outcome: async () => (await call(one.page, 'Outcomes', 'List', {})).items[0].source,
    lead: async () => (await call(one.page, 'Indicators', 'List', {})).items[0].status,
  }
  for (const [name, column, option, was, is] of [['venue', 'state', '停业', 'open', 'suspended'], ['post', 'purpose', '法规', 'warning', 'law'], ['outcome', 'source', '银行柜面', 'call', 'bank_counter'], ['lead', 'status', '已核实', 'reported', 'confirmed']]) {
    await show(one.page, '/' + name)
    await one.page.locator('.screen .el-checkbox').last().click()
    await at('picked').waitFor()
    await at('bulk-' + column).click()
    await one.page.getByRole('option', { name: option }).click()
    await said('已改 1 条')
    assert.equal(await now[name](), is, name)
    await at('bulk-undo').waitFor()
    await one.page.keyboard.press('Control+z')
    await at('bulk-undo').waitFor({ state: 'detached' })
    assert.equal(await now[name](), was, name)
  }
  await show(one.page, '/post')
  await at('post').first().click()
  await at('edit-title').fill('改坏了的标题')
  await one.page.keyboard.press('Control+Enter')
  await at('edit-save').waitFor({ state: 'detached' })
  await at('post').filter({ hasText: '改坏了的标题' }).first().click()
  await w.picture(one.page, 'more-post')
  await one.page.keyboard.press('Alt+h')
  await at('history-entry').filter({ hasText: '刷单是骗局' }).first().getByRole('button').click()
  await said('已恢复：')
  assert.equal((await call(one.page, 'Posts', 'List', {})).items[0].title, '刷单是骗局')
})

test('what hangs at a venue is photographed before and at an inspection', async () => {
  const venue = (await call(one.page, 'Venues', 'List', { text: '极速', kind: '', limit: 5 }))[0]
  const poster = (await call(one.page, 'Catalogue', 'Materials')).find((m) => m.group === 'poster')
  const [up] = await call(one.page, 'Placements', 'Put', { venue_id: venue.id, material_id: poster.id, kind: '', spot: '', qty: 2, activity_id: '', from_on: '', to_on: '', led_runs_per_day: 0, shown_phone: '' })
  await show(one.page, '/inspect')
  await said('张贴的照片')
  await at('photo-file').setInputFiles({ name: 'up.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await camera(one.page, '#c90')) })
  await count(1)
  assert.equal((await call(one.page, 'Photos', 'List', 'placement', up.id)).length, 1)
  await at('inspect-in_place').click()
  await said('这次检查的照片')
  await count(0)
  await at('photo-file').setInputFiles({ name: 'seen.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(await camera(one.page, '#09c')) })
  await count(1)
  await w.picture(one.page, 'more-inspect')
  const [stop] = await call(one.page, 'Placements', 'Round', { kind: '', town: '', days: 0 })
  assert.equal(stop.placements[0].inspections[0].photos.length, 1)
})

test('what does not fit together lies in the tray: opened, repaired, sent again', async () => {
  const booth = await opened('street', '城关广场')
  const base = await consultation(booth.id)
  await sync(one, two)
  const change = async (k, more) => call(k.page, 'Consultations', 'Save', { ...(await call(k.page, 'Consultations', 'Get', base.id)), ...more })
  await change(two, { stage: 'G3', at_risk: '', loss: '800', pay_method: 'P4' })
  await change(one, { stage: 'G2' })
  await sync(one, two)
  await sync(one)
  await show(one.page, '/tray')
  const row = one.page.locator('.entry, .line', { hasText: '刷单做任务' }).first()
  await row.waitFor()
  await row.click()
  await at('tray-reason').filter({ hasText: '有损失金额，进展却不是“已付款”' }).waitFor()
  await w.picture(one.page, 'more-tray')
  const [download] = await Promise.all([one.page.waitForEvent('download'), one.page.keyboard.press('x')])
  assert.match(download.suggestedFilename(), /^待处理-/)
  await one.page.keyboard.press('o')
  await one.page.waitForURL(/consult\/.+/)
  await at('fraud').waitFor()
  await one.page.getByRole('radiogroup', { name: '进展' }).locator('.on').waitFor() // the record is there
  await one.page.locator('[data-test=fraud]:focus').waitFor() // where it begins by itself
  await one.page.getByRole('radiogroup', { name: '进展' }).focus()
  await one.page.keyboard.press('3') // paid
  await one.page.locator('[data-test=amount] input, input[data-test=amount]').first().fill('800')
  await one.page.keyboard.press('Control+Enter')
  await one.page.waitForURL(/#\/tray$/) // back among the others
  await said('没有要处理的。')
  assert.equal((await call(one.page, 'Tray', 'List')).length, 0)
  await call(one.page, 'Tray', 'Resend')
  await sync(two)
  const seen = await call(two.page, 'Consultations', 'Get', base.id)
  assert.deepEqual([seen.stage, seen.loss_fen, seen.at_risk_fen], ['G3', 80_000, 0])
  assert.equal((await call(two.page, 'Tray', 'List')).length, 0)
})

test('a scanned code signs in at once; twice, a stranger’s and half a code are told', async () => {
  const m = await call(one.page, 'Meetings', 'Create', { kind: 'cafe_meeting', title: '网吧业主会', venue_id: '', place: '三楼', host_unit_id: '', partner_units: [], start_at: 0 })
  const id = m.activity.id
  const row = (org, name) => ({ org, name, phone: '', licence: '', role: '', town: '', venue_id: '', venue_name: '', create_venue: false, problem: '', problem_en: '' })
  await call(one.page, 'Meetings', 'ImportRoster', id, [row('极速网吧', '赵敏'), row('星空网咖', '王建国'), row('蓝鲸电竞', '孙丽')])
  const people = (await call(one.page, 'Meetings', 'Get', id)).attendees
  const badges = await call(one.page, 'Meetings', 'Badges', id)
  const code = badges.find((b) => b.id === people.find((p) => p.name === '王建国').id).code
  await show(one.page, '/meeting/' + id)
  await at('attendee').nth(2).waitFor()
  await at('signin').focus()
  const scan = async (text) => { await one.page.keyboard.type(text); await one.page.keyboard.press('Enter') } // as a wedge scanner does
  await scan(code)
  await one.page.waitForFunction(() => /王建国（星空网咖）已签到/.test(document.querySelector('[data-test=scanned]')?.textContent))
  await w.picture(one.page, 'more-scan')
  await scan(code)
  await one.page.waitForFunction(() => /已经签过了/.test(document.querySelector('[data-test=scanned]')?.textContent))
  assert.equal((await call(one.page, 'Meetings', 'Get', id)).signed, 1)
  await scan(code.slice(0, 13))
  await one.page.waitForFunction(() => /没扫清楚/.test(document.querySelector('[data-test=scanned]')?.textContent))
  const other = (await call(one.page, 'Meetings', 'List')).find((x) => x.id !== id && x.roster > 0)
  await scan((await call(one.page, 'Meetings', 'Badges', other.id))[0].code)
  await one.page.waitForFunction(() => /另一场/.test(document.querySelector('[data-test=scanned]')?.textContent))
  // The box had lost the focus: the code finds it.
  await one.page.locator('[data-test=signin]:focus').waitFor()
  await one.page.evaluate(() => document.activeElement.blur())
  await scan(badges.find((b) => b.code !== code).code)
  await one.page.waitForFunction(() => /已签到/.test(document.querySelector('[data-test=scanned]')?.textContent))
  assert.equal((await call(one.page, 'Meetings', 'Get', id)).signed, 2)
  // On paper: a code for everyone on the sheet, and cards to cut out.
  await one.page.evaluate(() => (window.print = () => undefined))
  await at('print-sheet').click()
  await one.page.waitForFunction(() => document.querySelectorAll('.sheet .code svg').length === 3)
  await one.page.emulateMedia({ media: 'print' })
  assert.ok(await one.page.locator('.sheet h1').isVisible(), 'the sheet is not printed')
  await w.picture(one.page, 'more-sheet')
  await one.page.emulateMedia({ media: 'screen' })
  await at('print-cards').click()
  await one.page.waitForFunction(() => document.querySelectorAll('[data-test=name-card] svg').length === 3)
  await one.page.emulateMedia({ media: 'print' })
  await w.picture(one.page, 'more-cards')
  assert.ok(await at('name-card').first().isVisible())
  await one.page.emulateMedia({ media: 'screen' })
})

test('a list prints beside a sheet: each alone', async () => {
  const m = (await call(one.page, 'Meetings', 'List')).find((x) => x.roster > 0)
  await show(one.page, '/meeting/' + m.id)
  await one.page.evaluate(() => (window.print = () => undefined))
  await one.page.keyboard.press('Control+e')
  await at('export-print').click()
  await one.page.locator('.print-sheet').waitFor({ state: 'attached' })
  await one.page.emulateMedia({ media: 'print' })
  assert.ok(await one.page.locator('.print-sheet h1').isVisible(), 'the list is not printed')
  assert.ok(!(await one.page.locator('.sheet').isVisible()), 'the sign-in sheet is printed too')
  await w.picture(one.page, 'more-print')
  await one.page.evaluate(() => window.dispatchEvent(new Event('afterprint')))
  await one.page.locator('.print-sheet').waitFor({ state: 'detached' })
  assert.ok(await one.page.locator('.sheet').isVisible(), 'after a list the sheet is not printed any more')
  await one.page.emulateMedia({ media: 'screen' })
})

test('what is typed while the step before is being saved is saved too', async () => {
  const a = await opened('drill', '农商行营业部')
  await show(one.page, '/activity/' + a.id)
  let release
  const held = new Promise((done) => (release = done))
  await one.page.route('**/rpc/Activities/Save', async (route) => { await held; await route.continue() }, { times: 1 })
  const asked = one.page.waitForRequest('**/rpc/Activities/Save')
  await one.page.getByLabel('名称', { exact: true }).fill('年度演练')
  await asked
  const picked = one.page.locator('.card .pick', { hasText: '虚假贷款' })
  await picked.click()
  await one.page.locator('textarea[data-test=summary], [data-test=summary] textarea').fill('按预案走完全程。')
  release()
  await eventually('all that was typed', async () => {
    const kept = await call(one.page, 'Activities', 'Get', a.id)
    return kept.title === '年度演练' && kept.fraud_types.join() === 'F05' && kept.summary === '按预案走完全程。'
  })
  await one.page.locator('.card .pick.on', { hasText: '虚假贷款' }).waitFor()
})

test('templates are renamed, made the default, removed and put back', async () => {
  const a = await opened('lecture', '县二中')
  await call(one.page, 'Activities', 'SaveTemplate', '校园讲座', a.id)
  await show(one.page, '/settings')
  await at('templates').click()
  await at('template').first().waitFor()
  await at('template-rename').click()
  await at('template-name').fill('开学第一课')
  await one.page.keyboard.press('Enter')
  await one.page.getByText('开学第一课').first().waitFor()
  await at('template-default').click()
  await one.page.getByText('★ 默认').waitFor()
  await w.picture(one.page, 'more-templates')
  await show(one.page, '/today')
  await one.page.keyboard.press('n')
  await at('kind-lecture').click()
  await said('已按默认模板“开学第一课”填好')
  await w.picture(one.page, 'more-template-used')
  await at('manage-templates').click()
  await at('template-remove').click()
  await said('已删掉“开学第一课”')
  await at('template').first().waitFor({ state: 'detached' })
  await one.page.keyboard.press('Control+z')
  await at('template').first().waitFor()
  const [kept] = await call(one.page, 'Activities', 'Templates')
  assert.equal(kept.name, '开学第一课')
  // The unit's other laptop has it after a sync; which one fills in by itself is its own.
  await sync(one, two)
  const [shared] = await call(two.page, 'Activities', 'Templates')
  assert.deepEqual([shared.id, shared.name, shared.form.place, shared.default], [kept.id, '开学第一课', '县二中', false])
})

test('the 110 desk lists its calls and what they lack; the counter counts by its keys', async () => {
  const desk = await opened('desk_shift', '110指挥中心')
  await show(one.page, '/desk/' + desk.id)
  await w.picture(one.page, 'more-desk-empty')
  await one.page.keyboard.press('c')
  await at('fraud').waitFor()
  await consultation(desk.id, { source: 'call_110', story: '来电称刷单返利', outcome: 'K2', relatives_advised: 2 })
  await consultation(desk.id, { source: 'call_110', story: '不清楚', fraud_type: 'F99', outcome: 'K5', follow_up_on: '2030-01-01' })
  await show(one.page, '/desk/' + desk.id)
  await one.page.waitForFunction(() => document.querySelector('[data-test=desk-rate]').textContent === '50.0%')
  assert.equal(await at('call').count(), 2)
  await w.picture(one.page, 'more-desk')
  const counter = await opened('counter_day', '农商行营业部')
  await show(one.page, '/counter/' + counter.id)
  await at('counter-suspicious_refused').waitFor()
  await at('tile-1').waitFor()
  for (const key of ['h', 'h', 'Shift+j', '1', 'Shift+1', 'k', 'Backspace', 'q']) await one.page.keyboard.press(key)
  await at('counter-set-suspicious_refused').fill('3')
  await one.page.keyboard.press('Enter')
  await one.page.waitForFunction(() => document.querySelector('[data-test=counter-suspicious_refused]').textContent === '3')
  const tally = await call(one.page, 'Tallies', 'Day', '')
  assert.deepEqual(tally.lines.map((l) => l.total), [2, 10, 0, 3])
  assert.equal((await call(one.page, 'Booth', 'Get', counter.id)).total, 11)
  await w.picture(one.page, 'more-counter')
  await one.page.keyboard.press('Control+d')
  await one.page.locator('.el-message', { hasText: '已结束' }).waitFor()
  assert.equal((await call(one.page, 'Tallies', 'Day', '')).closed, true)
  assert.equal((await call(one.page, 'Activities', 'Get', counter.id)).state, 'done')
})

test('no screen complained on the console', () => {
  for (const k of [one, two]) assert.deepEqual(k.page.problems.filter((p) => !/422/.test(p)), [])
})
