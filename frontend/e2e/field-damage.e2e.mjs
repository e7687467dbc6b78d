// A disk that changes what was written: the kit finds it by its checksums, the county by
// comparing, and both are told in red.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { World } from './world.mjs'

const w = new World()
let kit, page, activity
const at = (name) => page.locator(`[data-test="${name}"]`)
const go = (path) => page.goto(new URL('/#' + path, page.url()).href)

/** Flips bits of a row's checksum, the first bytes of its clock, in the database's file. */
function harm(file, id) {
  const bytes = readFileSync(file)
  const key = Buffer.from(id.replaceAll('-', ''), 'hex')
  let harmed = 0
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    // SQLite, file format 2.1: a record is the length of its header, the types of its
    // columns, then their values. The first column is the row's number, the second the id.
    for (let size = 4; size < 127; size++) {
      if (bytes[at - size] !== size || bytes[at - size + 1] !== 0 || bytes[at - size + 2] !== 44) continue
      const types = []
      for (let i = at - size + 1; i < at; i++) {
        let type = 0
        do type = (type << 7) | (bytes[i] & 127)
        while (bytes[i++] & 128)
        i--
        types.push(type)
      }
      const length = (type) => (type >= 12 ? (type - 12) >> 1 : [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type])
      const clock = at + types.slice(0, -2).reduce((sum, type) => sum + length(type), 0) // the last two: clock, sealed fields
      bytes[clock] ^= 0xff
      harmed++
    }
  }
  writeFileSync(file, bytes)
  return harmed
}

before(async () => {
  await w.start()
  kit = await w.kit('d1')
  page = await w.page(kit.url)
  await page.locator('textarea').first().fill(w.code('D1'))
  await at('enrol').click()
  await page.getByPlaceholder('姓名').fill('李静')
  await page.getByPlaceholder('工号或警号').fill('041207')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '今天的活动' }).waitFor()
  activity = await call(page, 'Activities', 'Open', { kind: 'street', place: '柳河集市' })
  await w.sync(page)
})
after(() => w.stop())

test('before leaving every record is read: all are whole', async () => {
  await go('/ready')
  await at('ready-records').filter({ hasText: '每一条都和写下时一样' }).waitFor()
  await w.picture(page, 'ready-whole')
})

test('a record that the disk changed is told before leaving, on the sync screen and in the tray', async () => {
  kit.child.removeAllListeners('exit')
  const ended = once(kit.child, 'exit')
  kit.child.kill('SIGTERM')
  await ended
  await page.context().close()
  assert.equal(harm(join(kit.dir, 'data', 'replica.db'), activity.id), 1, 'the row is found in the file')
  kit = await w.kit('d1')
  page = await w.page(kit.url)
  await page.getByRole('heading', { name: '今天的活动' }).waitFor() // where it begins by itself
  await go('/ready')
  await at('ready-records').filter({ hasText: '1 条和写下时不一样' }).waitFor()
  assert.match(await at('verdict').textContent(), /先处理标红的/)
  await w.picture(page, 'ready-damaged')
  await go('/sync')
  await at('sync-damaged').waitFor()
  assert.match(await at('sync-state').textContent(), /磁盘可能坏了，请联系县办公室/)
  await page.locator('.topbar .pill.act').waitFor()
  await w.picture(page, 'sync-damaged')
  await page.getByRole('link', { name: '看是哪几条' }).click()
  await at('tray-item').filter({ hasText: '磁盘损坏' }).filter({ hasText: '柳河集市' }).click()
  assert.match(await at('tray-reason').textContent(), /这条记录在磁盘上变了样/)
  await w.picture(page, 'tray-damaged')
})

test('the county notices by comparing, and the kit says so', async () => {
  await go('/sync')
  // Each exchange compares some audiences, not always the one that differs.
  for (let n = 0; n < 40; n++) {
    const over = page.waitForResponse((r) => r.url().endsWith('/rpc/Sync/Now'))
    await at('sync-now').click()
    if ((await (await over).json()).last.code === 'astray') break
    await page.waitForFunction(() => !document.querySelector('[data-test=sync-now]').disabled)
  }
  await at('sync-last').filter({ hasText: '这台电脑的数据和县里对不上' }).waitFor()
  await w.picture(page, 'sync-astray')
})
