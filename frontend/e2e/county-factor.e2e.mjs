// A telephone's code at sign-in: bound, asked for, each code once, taken away on the
// server's own console when the telephone is lost.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { go as to, now, World } from './world.mjs'

const w = new World()
let office
let secret
const at = (name) => office.locator(`[data-test="${name}"]`)
const go = (path) => to(office, path)

/** What the telephone shows (RFC 6238), worked out apart from the server. */
function shown(step = Math.floor(now() / 30_000)) {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', key).update(counter).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Six digits that no telephone shows about now. */
const wrong = () => {
  const near = [-2, -1, 0, 1, 2, 3].map((n) => shown(Math.floor(now() / 30_000) + n))
  return ['000000', '000001', '000002', '000003', '000004', '000005', '000006'].find((code) => !near.includes(code))
}

before(async () => {
  await w.start()
  office = await w.office({ width: 1024, height: 768 })
})
after(() => w.stop())

test('personal data asks for a telephone, which is bound with the password and a first code', async () => {
  const refused = await office.evaluate(async () => (await fetch('/rpc/County/StartLedger', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fieldkit': '1' }, body: JSON.stringify([{ code: 'T3', from: '2025-01-01', to: '2025-12-31', units: [], personal: true, reason: '核对' }]) })).json())
  assert.equal(refused.code, 'factor_first')
  await go('/settings')
  await w.picture(office, 'county-factor-none')
  await at('bind').click()
  await office.locator('[name=password]').fill('not-my-password')
  await office.keyboard.press('Enter')
  await office.getByText('口令不对').waitFor()
  await office.locator('[name=password]').fill('correct-horse-9')
  await office.keyboard.press('Enter')
  await office.locator('svg.qr').waitFor()
  secret = await at('secret').textContent()
  await w.picture(office, 'county-factor-qr')
  await office.locator('[name=code]').fill(wrong())
  await office.keyboard.press('Enter')
  await office.getByText('验证码不对').waitFor()
  await office.locator('[name=code]').fill(shown())
  await office.keyboard.press('Enter')
  await office.getByText('已绑定，其他地方的登录已退出').waitFor()
})

test('signing in takes the code, each once, and by keyboard alone', async () => {
  await office.getByRole('button', { name: '退出', exact: true }).click()
  await w.login(office)
  await office.locator('[name=code]:focus').waitFor()
  await w.picture(office, 'county-factor-login')
  await office.keyboard.type(wrong())
  await office.keyboard.press('Enter')
  await office.getByText('验证码不对').waitFor()
  await office.locator('[name=code]:focus').waitFor()
  const next = Math.floor(now() / 30_000) + 1 // the one used to bind may still be shown
  await office.keyboard.type(shown(next))
  await office.keyboard.press('Enter')
  await office.locator('.rail').waitFor()
  const again = await office.evaluate(async (code) => (await fetch('/rpc/County/LoginWithCode', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fieldkit': '1' }, body: JSON.stringify(['admin', 'correct-horse-9', code]) })).json(), shown(next))
  assert.equal(again.code, 'factor_wrong')
  await go('/settings')
  await office.getByText('已绑定：登录要输手机上的验证码').waitFor()
  await w.picture(office, 'county-factor-bound')
})

test('who lost the telephone gets in by the server’s own console', async () => {
  const said = w.run('county', 'factor', '--dir', join(w.dir, 'county'), '--drop', 'admin')
  assert.match(said, /admin/)
  await go('/settings')
  await office.getByRole('button', { name: '退出', exact: true }).click()
  await w.login(office)
  await office.locator('.rail').waitFor()
  await go('/audit')
  await office.getByText('取消手机验证码').first().waitFor()
  assert.deepEqual(office.problems.filter((p) => !/401|422/.test(p)), [])
})
