// Real servers and a real browser for the end-to-end tests: one county, kits,
// and a line between them that can be cut.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'

export const bin = process.env.FIELDKIT_BIN ?? resolve('../fieldkit')
export const pictures = process.env.FIELDKIT_PICTURES ?? resolve('../test-results')
const password = 'correct-horse-9'

// For finding tests and screens that pass only where everything is quick, or on some days:
//   SLOW=4    the browser's processor is four times slower
//   JITTER=7  every call, its answer and every event come late by chance, those of one
//             page in any order; 7 is the seed
//   AT=2028-02-29T23:59:00+08:00   programs and pages begin at this time
const slow = Number(process.env.SLOW ?? 1)
const seed = Number(process.env.JITTER ?? 0)
const shift = process.env.AT ? Date.parse(process.env.AT) - Date.now() : 0

/** What the clocks of this world show, in ms. */
export const now = () => Date.now() + shift

/** Runs in a page before its own scripts, as the next two: counts the calls that wait for their answer. */
function count() {
  const { fetch } = window
  window.asking = 0
  window.asked = performance.now()
  window.fetch = async (...args) => {
    window.asking++
    try {
      return await fetch(...args)
    } finally {
      window.asking--
      window.asked = performance.now()
    }
  }
}

function jitter(seed) {
  const chance = () => { // mulberry32
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const pause = () => new Promise((done) => setTimeout(done, chance() * (chance() < 0.6 ? 40 : 500)))
  const { fetch } = window
  window.fetch = async (...args) => {
    await pause()
    const answer = await fetch(...args)
    await pause()
    return answer
  }
  const add = EventSource.prototype.addEventListener
  const late = new Map()
  EventSource.prototype.addEventListener = function (name, fn, ...rest) {
    let last = Promise.resolve() // a stream keeps its order
    late.set(fn, (e) => { last = last.then(pause).then(() => late.has(fn) && fn(e)) })
    add.call(this, name, late.get(fn), ...rest)
  }
  const remove = EventSource.prototype.removeEventListener
  EventSource.prototype.removeEventListener = function (name, fn, ...rest) {
    remove.call(this, name, late.get(fn), ...rest)
    late.delete(fn)
  }
}

function elsewhen(shift) {
  const Real = Date
  window.Date = class extends Real {
    constructor(...args) {
      if (args.length) super(...args)
      else super(Real.now() + shift)
    }
    static now() {
      return Real.now() + shift
    }
  }
}

/** A TCP line to a port that can be cut and mended. */
class Line {
  constructor(target) {
    this.target = target
    this.open = true
    this.sockets = new Set()
    this.server = net.createServer((from) => {
      if (!this.open) return from.destroy()
      const to = net.connect(this.target, '127.0.0.1')
      for (const [a, b] of [[from, to], [to, from]]) {
        this.sockets.add(a)
        a.on('error', () => b.destroy())
        a.on('close', () => { this.sockets.delete(a); b.destroy() })
        a.pipe(b)
      }
    })
  }
  listen() {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', () => done(this.server.address().port)))
  }
  cut() {
    this.open = false
    for (const s of this.sockets) s.destroy()
  }
  mend() {
    this.open = true
  }
}

const wall = () => (shift ? { FIELDKIT_WALL: new Date(now()).toISOString() } : {})

/** Goes to a screen of a kit or a page of the office, and waits until it stands in place of the one before. */
export async function go(page, path) {
  await page.locator('[data-path]').waitFor() // before its first screen stands, a page does not hear of another address
  await page.goto(new URL('/#' + path, page.url()).href)
  await page.locator(`[data-path="${path.split('?')[0]}"]`).waitFor()
}

/** Asks until the answer is true, half a minute at most. */
export async function eventually(what, ask) {
  for (const end = Date.now() + 30_000; !(await ask()); await new Promise((done) => setTimeout(done, 100))) {
    if (Date.now() > end) throw new Error(`it never came: ${what}`)
  }
}

/** Waits until a page has its answers and nothing on it moves. */
export const settled = (page) => page.waitForFunction(() => !window.asking && performance.now() - window.asked > 150
  && !document.getAnimations().some((a) => a.playState === 'running' && a.effect?.getTiming().iterations !== Infinity))

export class World {
  children = []
  pages = 0
  dir = mkdtempSync(join(tmpdir(), 'fieldkit-e2e-'))

  async start() {
    mkdirSync(pictures, { recursive: true })
    writeFileSync(join(this.dir, 'password'), password)
    this.run('county', 'init', '--dir', join(this.dir, 'county'), '--name', '青岚县', '--password-file', join(this.dir, 'password'))
    const serve = await this.serve()
    this.line = new Line(serve.port)
    this.linePort = await this.line.listen()
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    })
  }

  run(...args) {
    const r = spawnSync(bin, args, { encoding: 'utf8', env: { ...process.env, ...wall() } })
    if (r.status !== 0) throw new Error(`fieldkit ${args.join(' ')}: ${r.stderr}`)
    return r.stdout.trim()
  }

  /** Starts a long-running command and waits for lines it prints. */
  spawn(args, patterns, env = {}) {
    const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...wall(), ...env } })
    this.children.push(child)
    return new Promise((done, fail) => {
      let out = ''
      let err = ''
      child.stderr.on('data', (d) => (err += d))
      child.on('exit', (code) => fail(new Error(`fieldkit ${args[0]} ended with ${code}: ${err}`)))
      child.stdout.on('data', (d) => {
        out += d
        const hits = patterns.map((p) => p.exec(out))
        if (hits.every(Boolean)) done({ child, hits })
      })
    })
  }

  async serve() {
    const { child, hits } = await this.spawn(['county', 'serve', '--dir', join(this.dir, 'county'), '--listen', '127.0.0.1:0', '--local', '127.0.0.1:0'], [/kits: https:\/\/127\.0\.0\.1:(\d+)/, /dashboard: (\S+)/])
    this.dashboard = hits[1][1]
    return { child, port: Number(hits[0][1]) }
  }

  code(label) {
    return this.run('county', 'enrol', '--dir', join(this.dir, 'county'), '--unit', 'CGPCS', '--unit-name', '城关派出所', '--short-name', '城关派出所', '--department', 'D02', '--label', label, '--address', `https://127.0.0.1:${this.linePort}`)
  }

  async kit(name, env) {
    const { child, hits } = await this.spawn(['kit', '--dir', join(this.dir, name), '--no-open', '--manual'], [/kit: (\S+)/], env)
    return { child, url: hits[0][1], dir: join(this.dir, name) }
  }

  /** A kit that has joined the county, with its officer and its page on 今天的活动. */
  async enrolled(name, officer = '李静', staff = '041207', env = undefined) {
    const kit = await this.kit(name, env)
    const page = await this.page(kit.url)
    await page.locator('textarea').first().fill(this.code(name.toUpperCase()))
    await page.locator('[data-test=enrol]').click()
    await page.getByPlaceholder('姓名').fill(officer)
    await page.getByPlaceholder('工号或警号').fill(staff)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '今天的活动' }).waitFor()
    return { ...kit, page }
  }

  /** The dashboard, signed in. */
  async office(size = { width: 1280, height: 800 }) {
    const page = await this.page(this.dashboard, size)
    await this.login(page)
    await page.locator('.rail').waitFor()
    return page
  }

  async page(url, size = { width: 1024, height: 768 }) {
    const context = await this.browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', acceptDownloads: true })
    if (shift) await context.addInitScript(elsewhen, shift)
    if (seed) await context.addInitScript(jitter, seed + 1000 * this.pages++)
    await context.addInitScript(count)
    const page = await context.newPage()
    if (slow > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slow })
    page.setDefaultTimeout(30_000)
    page.problems = []
    page.on('console', (m) => { if (m.type() === 'error') page.problems.push(m.text()) })
    page.on('pageerror', (e) => page.problems.push(String(e)))
    await page.goto(url)
    return page
  }

  async login(page) {
    await page.locator('input[type=password]').fill(password)
    await page.keyboard.press('Enter')
  }

  /** Syncs a kit from its own screen until the county has all of it; what is still being saved takes one more round. */
  async sync(page) {
    await go(page, '/sync')
    for (let round = 1; ; round++) {
      const over = page.waitForResponse((r) => r.url().endsWith('/rpc/Sync/Now'), { timeout: 60_000 })
      await page.locator('[data-test=sync-now]:enabled').click()
      const status = await (await over).json() // the screen may still show the exchange before
      if (status.last?.ok && !status.waiting) break
      if (round === 3) throw new Error(`not all was received: ${JSON.stringify(status)}`)
    }
    await page.locator('[data-test=sync-state]').filter({ hasText: '县级已收' }).waitFor()
  }

  /** Takes a picture once nothing moves any more. */
  async picture(page, name) {
    await settled(page)
    await page.screenshot({ path: join(pictures, name + '.png') })
  }

  /** Ends a program that this world started, and waits until it is gone. */
  async end(child, signal = 'SIGKILL') {
    child.removeAllListeners('exit')
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  async stop() {
    await this.browser?.close()
    this.line?.cut()
    this.line?.server.close()
    for (const c of this.children) await this.end(c)
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}
