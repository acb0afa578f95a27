import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeStatus } from '@montana/node/settings'
import type { SoakRecord } from '@montana/soak'
import type { Browser, Page } from 'playwright-core'
import { expect, it, vi } from 'vitest'
import { montana, startMontana, temporaryFolder, until } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { tellFigure } from '../support/figure.js'
import { accessibilityFaults } from './support/axe.js'
import { launch, openPage } from './support/chromium.js'
import { consoleUrl, type Devnet, recordsOf, startDevnet, statusOf } from './support/devnet.js'
import { LOOKS, portray } from './support/screenshots.js'

const { light: WIDE } = LOOKS
const THERE = ['moscow', 'frankfurt', 'armenia'] as const
const GONE = 'helsinki'
/** No member: the mesh does not wait for it. */
const GUEST = 'armenia'
const MIB = 2 ** 20
/** For what the page shows in the end: on a busy host a node may miss the second in which it is asked. */
const PATIENCE_MS = 120_000
/** In which the page says that a node is away. */
const NOTICED_MS = 5_000
const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: PATIENCE_MS, interval: 1_000 })

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the page in a browser: ${NO_CHROMIUM}\n`)

const text = async (page: Page, selector: string) => ((await page.locator(selector).first().textContent()) ?? '').trim()
const cell = (page: Page, label: string, name: string) => text(page, `[data-node=${label}] [data-cell=${name}]`)
const tile = (page: Page, name: string) => text(page, `[data-tile=${name}] .tile-value`)
const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()

/** With a member away for good the mesh stands still, and what is shown can be compared with what is said. */
async function standstill(devnet: Devnet): Promise<void> {
  let seen = -1
  await until(
    async () => {
      const before = seen
      seen = (await statusOf(devnet, 'moscow'))?.window ?? -1
      if (seen < 3 || seen !== before || (await statusOf(devnet, GONE))) return false
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      return (await statusOf(devnet, 'moscow'))?.window === seen
    },
    60_000,
    'the mesh waits for the member that is gone',
  )
}

async function checkNode(page: Page, devnet: Devnet, label: string): Promise<void> {
  const before = (await statusOf(devnet, label)) as NodeStatus
  const shown = {
    window: await cell(page, label, 'window'),
    lag: await cell(page, label, 'lag'),
    peers: await cell(page, label, 'peers'),
    heartbeats: await cell(page, label, 'heartbeats'),
    rss: await cell(page, label, 'rss'),
    build: await cell(page, label, 'build'),
    phase: await cell(page, label, 'phase'),
  }
  await page.waitForTimeout(1_200)
  const after = (await statusOf(devnet, label)) as NodeStatus
  const connected = before.peers.filter(({ conns }) => conns > 0).length
  const build = [before.build.version, before.build.revision?.slice(0, 8)].filter(Boolean).join(' ')
  expect(shown).toMatchObject({
    window: String(before.window),
    lag: '0',
    peers: `${connected} of ${before.peers.length}`,
    build,
  })
  expect(shown.phase.startsWith(before.phase)).toBe(true)
  expectBetween(okOf(shown.heartbeats), okSum(before) - THERE.length, okSum(after))
  const mib = Number(/^(\d+) MiB$/.exec(shown.rss)?.[1])
  expectBetween(mib, Math.min(rssMib(before), rssMib(after)) - 8, Math.max(rssMib(before), rssMib(after)) + 8)
}

const okOf = (cellText: string) => Number(/^(\d+)\//.exec(cellText)?.[1])
const okSum = ({ peers }: NodeStatus) => peers.reduce((sum, { ping_ok }) => sum + ping_ok, 0)
const rssMib = ({ res }: NodeStatus) => Number(res.rss) / MIB

function expectBetween(value: number, low: number, high: number): void {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

async function checkMesh(page: Page, devnet: Devnet): Promise<void> {
  for (const label of THERE) await patiently(() => checkNode(page, devnet, label))
  await patiently(() => checkTiles(page, devnet))
  await until(
    async () => /waits for helsinki/.test(await text(page, '[data-turn]')),
    PATIENCE_MS,
    'it says for whom it waits',
  )
}

async function checkTiles(page: Page, devnet: Devnet): Promise<void> {
  for (const name of ['window', 'lag', 'peers', 'heartbeats', 'rss', 'uptime', 'build'])
    expect(await cell(page, GONE, name), name).toBe('—')
  expect(await cell(page, GONE, 'phase')).toMatch(/not running|nothing listens/)
  const { window, vote } = (await statusOf(devnet, 'moscow')) as NodeStatus
  expect(await tile(page, 'window')).toBe(String(window))
  expect(await tile(page, 'members')).toMatch(/2 of 3$/)
  expect(await tile(page, 'agreement')).toMatch(/equal$/)
  expect(await tile(page, 'verdict')).toMatch(/none yet$/)
  const turn = await text(page, `[data-turn="${window + 1}"]`)
  expect(turn).toContain(`${vote.proposer} proposes`)
  expect(await text(page, '[data-pair=moscow-helsinki]')).toMatch(/no link/)
  expect(await text(page, '[data-pair=moscow-frankfurt]')).toMatch(/(100 %|new)/)
}

async function checkSoak(page: Page, devnet: Devnet): Promise<void> {
  const enough = async () => Number(await tile(page, 'records')) >= recordsOf(devnet).length - 1
  await until(enough, PATIENCE_MS, 'the newest record is shown')
  await patiently(() => checkCharts(page, devnet))
}

async function checkCharts(page: Page, devnet: Devnet): Promise<void> {
  const last = recordsOf(devnet).at(-1)
  expect(await tile(page, 'run')).toBe(last?.run_id.slice(0, 8))
  const coverage = coveredPercent(recordsOf(devnet))
  expectBetween(Number(/([\d.]+) %$/.exec(await tile(page, 'coverage'))?.[1]), coverage - 5, coverage + 5)
  const value = (chart: string, label: string) => text(page, `[data-chart=${chart}] [data-value=${label}]`)
  expect(await value('lag', 'moscow')).toBe('0')
  expect(await value('lag', GONE)).toBe('—')
  expect(await value('rss', GONE)).toBe('—')
  expect(await value('rss', 'moscow')).toMatch(/^\d+ MiB$/)
  expect(await text(page, '[data-panel=report]')).toContain('No report yet')
}

/** Of the seconds in which a poll was due; the page may be one record behind. */
function coveredPercent(records: readonly SoakRecord[]): number {
  const slots = records.map(({ slot }) => slot)
  return (100 * new Set(slots).size) / (Math.max(...slots) - Math.min(...slots) + 1)
}

/** A node that is paused, then one that is killed: the page says so and what to do, and that they are back. */
async function checkAbsences(page: Page, devnet: Devnet): Promise<void> {
  const pidOf = async () => (await statusOf(devnet, GUEST))?.proc.pid ?? 0
  const there = () => page.waitForSelector(`[data-node=${GUEST}]:not(.is-away)`, { timeout: PATIENCE_MS })
  const pid = await pidOf()
  process.kill(pid, 'SIGSTOP')
  try {
    await noticed(page)
    await patiently(async () => expect(await alertOf(page)).toMatch(/no answer within.*check that its process runs/s))
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await there()
  process.kill(pid, 'SIGKILL')
  await noticed(page)
  // Its devnet starts it again.
  await there()
  expect(await pidOf()).not.toBe(pid)
}

async function noticed(page: Page): Promise<void> {
  const beganMs = performance.now()
  await page.waitForSelector(`[data-node=${GUEST}].is-away`, { timeout: NOTICED_MS })
  tellFigure('console-fault', (performance.now() - beganMs) / 1000)
}

async function alertOf(page: Page): Promise<string> {
  return (await page.locator('[data-alert=F-UNREACH]', { hasText: GUEST }).textContent()) ?? ''
}

/** The dialog, the token of the file that the devnet has made, and back. */
async function checkLock(page: Page, { dir }: Devnet): Promise<void> {
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await button('Unlock').click()
  expect(await accessibilityFaults(page)).toEqual([])
  await page.getByLabel('Token').fill(readFileSync(join(dir, 'console.token'), 'utf8').trim())
  await page.keyboard.press('Enter')
  await button('Lock').click()
  await button('Unlock').waitFor()
  expect(statSync(join(dir, 'console.token')).mode & 0o777).toBe(0o600)
}

/** Arrows choose a window; the words beside tell of it. */
async function checkStrip(page: Page): Promise<void> {
  const words = () => text(page, '.strip-words strong')
  const newest = await words()
  await page.getByRole('slider').focus()
  await page.keyboard.press('Home')
  await patiently(async () => expect(await words()).not.toBe(newest))
  await page.keyboard.press('End')
  await patiently(async () => expect(await words()).toBe(await tile(page, 'window')))
}

/** A console of its own on the same data, ended and started again under an open page. */
async function checkRestart(browser: Browser, { dir }: Devnet): Promise<void> {
  const first = await startConsole(dir, '0')
  const { page, complaints } = await openPage(browser, first.url, WIDE)
  await page.goto(first.url)
  await page.waitForSelector('[data-link=live]', { timeout: PATIENCE_MS })
  await page.evaluate('globalThis.isSamePage = true')
  first.child.kill('SIGINT')
  await page.waitForSelector('[data-link=stale]', { timeout: PATIENCE_MS })
  await first.finished
  const second = await startConsole(dir, new URL(first.url).port)
  await page.waitForSelector('[data-link=live]', { timeout: PATIENCE_MS })
  expect(await page.evaluate('globalThis.isSamePage')).toBe(true)
  expect(complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([])
  await page.context().close()
  second.child.kill('SIGINT')
  expect((await second.finished).code).toBe(0)
}

async function startConsole(dir: string, port: string) {
  const running = startMontana(['console', '--data-dir', dir, '--port', port])
  return { ...running, url: await consoleUrl(running) }
}

/** Each view in each look, judged: what is wrong with it. */
async function portraits(devnet: Devnet, browser: Browser): Promise<string[]> {
  const sights = [
    { name: 'mesh', hash: 'mesh', ready: '[data-link=live] >> nth=0', prepare: hasMesh },
    { name: 'soak', hash: 'soak', ready: '[data-chart=lag] canvas' },
    { name: 'api', path: '/api/docs', hash: '', ready: '[data-panel=get-api-mesh]', prepare: unfold },
  ]
  const found: string[] = []
  for (const sight of sights) found.push(...(await portray(browser, devnet.url, sight)))
  return found
}

async function unfold(page: Page): Promise<void> {
  await page.locator('[data-panel=get-api-mesh] summary').click()
}

async function hasMesh(page: Page): Promise<void> {
  await page.waitForSelector('[data-panel=resources]')
}

it.skipIf(chromium === undefined)(
  'shows the nodes, the run and its report as they are, and says when it lost them',
  async () => {
    const dir = temporaryFolder()
    const quick = ['--min-window-ms', '500', '--poll-every', '1', '--stall-timeout', '600']
    const devnet = await startDevnet(dir, [...quick, '--fault', `kill:${GONE}@3:forever`])
    const browser = await launch(chromium ?? '')
    const { page, complaints } = await openPage(browser, devnet.url, WIDE)
    await page.goto(devnet.url)
    await page.waitForSelector('[data-link=live]')
    await page.evaluate('globalThis.isSamePage = true')
    await checkLock(page, devnet)
    await standstill(devnet)
    await checkMesh(page, devnet)
    await checkStrip(page)
    await checkAbsences(page, devnet)

    await page.getByRole('tab', { name: 'Mesh' }).focus()
    await page.keyboard.press('End')
    await checkSoak(page, devnet)
    expect(await portraits(devnet, browser)).toEqual([])

    const report = await montana(['soak', 'report', '--data-dir', dir, '--json'])
    const { verdict, findings } = JSON.parse(report.stdout) as { verdict: string; findings: unknown[] }
    await page.waitForSelector('[data-panel=findings]', { timeout: PATIENCE_MS })
    expect(await page.getByRole('link', { name: 'read it whole' }).getAttribute('href')).toBe('/report/report.html')
    await patiently(async () => {
      expect(await text(page, '[data-panel=report] .closing')).toContain(verdict)
      expect(await page.locator('.findings > li').count()).toBe(Math.min(findings.length, 200))
    })
    await tab(page, 'Mesh')
    await patiently(async () => expect(await tile(page, 'verdict')).toContain(verdict))
    const whole = await openPage(browser, devnet.url, WIDE)
    expect((await whole.page.goto(`${devnet.url}/report/report.html`))?.status()).toBe(200)
    expect(whole.complaints).toEqual([])
    await checkRestart(browser, devnet)
    expect(await page.evaluate('globalThis.isSamePage')).toBe(true)
    expect(complaints).toEqual([])

    const stoppedMs = performance.now()
    devnet.child.kill('SIGINT')
    expect((await devnet.finished).code).toBe(0)
    expect(performance.now() - stoppedMs).toBeLessThan(3_000)
    await page.waitForSelector('[data-link=stale]', { timeout: PATIENCE_MS })
    expect(await text(page, '[data-link]')).toMatch(/stale since \d\d:\d\d:\d\d/)
  },
  420_000,
)
