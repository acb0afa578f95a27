import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { startConsole } from '../../packages/console/src/index.js'
import { memberStatus } from '../../packages/console/test/support/status.js'
import { NodeServer } from '../../soak/test/support/node-server.js'
import { temporaryFolder } from '../e2e/support/montana.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { launch, openPage } from './support/chromium.js'
import { LOOKS } from './support/screenshots.js'

const HASH = 'ab'.repeat(32)
const HEAD = 40_000
/** Windows that a node compares for one question. */
const AT_ONCE = 16_384

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the search of old windows: ${NO_CHROMIUM}\n`)

/** A node with more windows than a test can have cemented: what it says to a search, and to everything else nothing. */
function answer({ pathname, searchParams }: URL): unknown {
  if (pathname === '/status.json') return memberStatus({ label: 'moscow', window: HEAD })
  const from = Number(searchParams.get('cursor') ?? HEAD)
  const searched_from = Math.max(1, from - AT_ONCE + 1)
  return { matches: [], searched_from, next: searched_from === 1 ? null : String(searched_from - 1) }
}

it.skipIf(chromium === undefined)(
  'a hash that the newer windows do not have is searched for in the older ones, down to the first',
  async () => {
    const node = await NodeServer.serving(answer)
    onTestFinished(() => node.stop())
    const soakPath = join(temporaryFolder(), 'soak.jsonl')
    const pageDir = join(import.meta.dirname, '..', '..', 'packages', 'console', 'dist', 'page')
    const source = { label: 'moscow', statusUrl: node.url }
    const console = await startConsole({ nodes: [source], soakPath, port: 0, pageDir })
    onTestFinished(() => console.stop())
    const { page } = await openPage(await launch(chromium ?? ''), console.url, LOOKS.light)
    await page.goto(`${console.url}/#explorer/find/${HASH}`)
    const found = page.locator('[data-panel=found]')
    const says = (words: string) =>
      vi.waitFor(async () => expect(await found.textContent()).toContain(words), { timeout: 60_000, interval: 200 })
    await says('no window from 23\u2009617 on')
    await page.getByRole('button', { name: 'Search older windows' }).click()
    await says('no window from 7\u2009233 on')
    await page.getByRole('button', { name: 'Search older windows' }).click()
    await says('Nothing that this node has')
    expect(await page.getByRole('button', { name: 'Search older windows' }).count()).toBe(0)
  },
  120_000,
)
