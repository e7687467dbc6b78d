// A disk that changes what was written: the kit finds it by its checksums, the county by
// comparing, and both are told in red.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call } from './screens.mjs'
import { go as to, World } from './world.mjs'

const w = new World()
let kit, page, activity
const at = (name) => page.locator(`[data-test="${name}"]`)
const go = (path) => to(page, path)

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
  kit = await w.enrolled('d1')
  page = kit.page
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
  await w.end(kit.child, 'SIGTERM')
  await page.context().close()
  assert.equal(harm(join(kit.dir, 'data', 'replica.db'), activity.id), 1, 'the row is found in the file')
  kit = await w.kit('d1')
  page = await w.page(kit.url)
  await page.getByRole('heading', { name: '今天的活动' }).waitFor() // where it begins by itself
  await go('/ready')
  await at('ready-records').filter({ hasText: '1 条和写下时不一样' }).waitFor()
  await at('verdict').filter({ hasText: '先处理标红的' }).waitFor()
  await w.picture(page, 'ready-damaged')
  await go('/sync')
  await at('sync-damaged').waitFor()
  await at('sync-state').filter({ hasText: '磁盘可能坏了，请联系县办公室' }).waitFor()
  await page.locator('.topbar .pill.act').waitFor()
  await w.picture(page, 'sync-damaged')
  await page.getByRole('link', { name: '看是哪几条' }).click()
  await at('tray-item').filter({ hasText: '磁盘损坏' }).filter({ hasText: '柳河集市' }).click()
  await at('tray-reason').filter({ hasText: '这条记录在磁盘上变了样' }).waitFor()
  await w.picture(page, 'tray-damaged')
})

test('the county notices by comparing, and the kit says so', async () => {
  await go('/sync')
  // Each exchange compares some audiences, not always the one that differs.
  for (let n = 0; n < 40; n++) {
    const over = page.waitForResponse((r) => r.url().endsWith('/rpc/Sync/Now'))
    await page.locator('[data-test=sync-now]:enabled').click()
    if ((await (await over).json()).last.code === 'astray') break
  }
  await at('sync-last').filter({ hasText: '这台电脑的数据和县里对不上' }).waitFor()
  await w.picture(page, 'sync-astray')
})
