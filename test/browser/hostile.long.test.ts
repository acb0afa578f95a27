import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it, onTestFinished, vi } from 'vitest'
import { exportExplorer, startConsole } from '../../packages/console/src/index.js'
import { memberStatus } from '../../packages/console/test/support/status.js'
import { NodeServer } from '../../soak/test/support/node-server.js'
import { temporaryFolder } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { launch, openPage } from './support/chromium.js'
import { serveFolder } from './support/folder.js'
import { LOOKS } from './support/screenshots.js'

const MARKUP = `<img src=x onerror="document.title='taken'">`
const THOUSAND = 1_024
/** Of a page with three nodes, however much one of them says; a mesh of twenty takes about as much. */
const HEIGHT_MAX_PX = 12_000
const DIST = join(import.meta.dirname, '..', '..', 'packages', 'console', 'dist')

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, pages of nodes that lie: ${NO_CHROMIUM}\n`)

const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 500 })
const textOf = async (page: Page, selector: string) => (await page.locator(selector).first().textContent()) ?? ''

async function source(label: string, said: (status: ReturnType<typeof memberStatus>) => object = () => ({})) {
  const server = await NodeServer.serving(() => {
    const status = memberStatus({ label })
    return { ...status, ...said(status) }
  })
  onTestFinished(() => server.stop())
  return { label, statusUrl: server.url }
}

/** One node says markup wherever a text is taken over, another one names a thousand of everything. */
async function nodes() {
  const build = { version: MARKUP, revision: null, bundle_sha256: null }
  const vote = { rule: MARKUP, round: 9, sign_from: null, proposer: MARKUP, waits_for: [MARKUP] }
  const markup = { phase: MARKUP, degraded: [MARKUP], findings: [{ code: MARKUP, peer: MARKUP }], build, vote }
  const long = (length: number) => (_: unknown, index: number) => `${'x'.repeat(length)}-${index}`
  return [
    await source('moscow'),
    await source('markup', ({ peers: [peer] }) => ({ ...markup, peers: [{ ...peer, label: MARKUP }] })),
    await source('endless', ({ peers: [peer] }) => ({
      degraded: Array.from({ length: THOUSAND }, long(50)),
      peers: Array.from({ length: THOUSAND }, long(240)).map((label) => ({ ...peer, label })),
    })),
  ]
}

it.skipIf(chromium === undefined)(
  'nodes that lie can neither run anything in the page nor push the others out of it',
  async () => {
    const soakPath = join(temporaryFolder(), 'soak.jsonl')
    const console = await startConsole({ nodes: await nodes(), soakPath, port: 0, pageDir: join(DIST, 'page') })
    onTestFinished(() => console.stop())
    const browser = await launch(chromium ?? '')
    for (const look of [LOOKS.light, LOOKS[360]]) {
      const { page, complaints } = await openPage(browser, console.url, look)
      await page.goto(console.url)
      await patiently(async () => expect(await textOf(page, '[data-node=markup]')).toContain(MARKUP))
      expect(await textOf(page, '[data-node=moscow] [data-cell=phase]')).toBe('Active')
      expect(await page.title()).toMatch(/^Montana · window/)
      const size = await page.evaluate<{ width: number; height: number }>(
        '({ width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight })',
      )
      expect(size.width).toBeLessThanOrEqual(look.width)
      expect(size.height).toBeLessThan(HEIGHT_MAX_PX)
      expect(complaints).toEqual([])
      await page.context().close()
    }
  },
  120_000,
)

it.skipIf(chromium === undefined)(
  'the static page says of a data.json that it does not know that it does not, and goes on with the next one',
  async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'data.json')
    const { signal } = new AbortController()
    const pageDir = join(DIST, 'static-page')
    const options = { out, soakPath: join(folder, 'soak.jsonl'), page: true, pageDir, signal }
    await exportExplorer({ ...options, nodes: [await source('moscow', () => ({ phase: MARKUP }))] })
    const whole = readFileSync(out, 'utf8')
    const url = await serveFolder(folder)
    const { page, complaints } = await openPage(await launch(chromium ?? ''), url, LOOKS.light)
    await page.goto(url)
    await patiently(async () => expect(await textOf(page, '[data-node=moscow]')).toContain(MARKUP))
    const odd = [{ nodes: null }, { updated: 'never' }, { ledger: null }]
    for (const change of odd) {
      writeFileSync(out, JSON.stringify({ ...JSON.parse(whole), ...change }))
      await patiently(async () => expect(await textOf(page, 'main')).toContain('a form that this page does not know'))
      writeFileSync(out, whole)
      await patiently(async () => expect(await textOf(page, '[data-node=moscow]')).toContain(MARKUP))
    }
    expect(await page.title()).toBe('Montana explorer')
    expect(complaints).toEqual([])
  },
  120_000,
)
