// Real servers and a real browser for the end-to-end tests: one county, kits,
// and a line between them that can be cut.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'

export const bin = process.env.FIELDKIT_BIN ?? resolve('../fieldkit')
export const pictures = process.env.FIELDKIT_PICTURES ?? resolve('../test-results')
const password = 'correct-horse-9'

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

export class World {
  children = []
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
    const r = spawnSync(bin, args, { encoding: 'utf8' })
    if (r.status !== 0) throw new Error(`fieldkit ${args.join(' ')}: ${r.stderr}`)
    return r.stdout.trim()
  }

  /** Starts a long-running command and waits for lines it prints. */
  spawn(args, patterns, env = {}) {
    const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
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

  async kit(name) {
    const { child, hits } = await this.spawn(['kit', '--dir', join(this.dir, name), '--no-open', '--manual'], [/kit: (\S+)/])
    return { child, url: hits[0][1], dir: join(this.dir, name) }
  }

  async page(url, size = { width: 1024, height: 768 }) {
    const context = await this.browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', acceptDownloads: true })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
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

  /** Syncs a kit from its own screen until that says that all of it arrived; what is still being saved takes one more round. */
  async sync(page) {
    await page.goto(new URL('/#/sync', page.url()).href)
    for (let round = 1; ; round++) {
      const over = page.waitForResponse((r) => r.url().endsWith('/rpc/Sync/Now'), { timeout: 30_000 })
      await page.locator('[data-test=sync-now]').click()
      await over
      try {
        return await page.waitForFunction(() => document.querySelector('[data-test=sync-state]')?.textContent.includes('县级已收'), undefined, { timeout: 5_000 })
      } catch (e) {
        if (round === 3) throw e
      }
    }
  }

  /** Takes a picture once nothing moves any more. */
  async picture(page, name) {
    await page.waitForTimeout(350)
    await page.screenshot({ path: join(pictures, name + '.png') })
  }

  async stop() {
    await this.browser?.close()
    this.line?.server.close()
    for (const c of this.children) {
      c.removeAllListeners('exit')
      c.kill('SIGKILL')
    }
    rmSync(this.dir, { recursive: true, force: true })
  }
}
