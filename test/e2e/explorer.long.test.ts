import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExplorerData } from '@montana/console'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { launch, openPage } from '../browser/support/chromium.js'
import { serveFolder } from '../browser/support/folder.js'
import { LOOKS, portray } from '../browser/support/screenshots.js'
import { findChromium, NO_CHROMIUM } from '../setup/chromium.js'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki']
const NEWCOMER = 'newcomer'
const EXPORT_EVERY_MS = 60_000
/** Spec operations 13.1. */
const SHOWN_WITHIN_MS = 90_000

const chromium = findChromium()
if (chromium === undefined) process.stderr.write(`skipped, the static page: ${NO_CHROMIUM}\n`)

/** A mesh whose manifest does not name the newcomer. */
async function makeMesh(dir: string) {
  const files = await makeNetwork(dir, LABELS, [NEWCOMER])
  const manifest = JSON.parse(files.manifest)
  manifest.peers = manifest.peers.filter(({ label }: { label: string }) => label !== NEWCOMER)
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
  const start = (label: string) => {
    const member = files.members.find((one) => one.label === label)
    if (!member) throw new Error(`no ${label}`)
    return new MemberProcess(files, member, ['--open-mesh'])
  }
  return { dir, nodes: LABELS.map(start), joins: () => start(NEWCOMER) }
}

/** Exports as the timer of `deploy/units` does, until the test ends. */
function exportEveryMinute(dir: string, out: string) {
  const run = async () => {
    const { code, stderr } = await montana(['explorer', 'export', '--data-dir', dir, '--out', out, '--page'])
    expect([code, stderr]).toEqual([0, ''])
  }
  let latest = run()
  const timer = setInterval(() => {
    latest = latest.then(run)
  }, EXPORT_EVERY_MS)
  onTestFinished(async () => {
    clearInterval(timer)
    await latest
  })
  return { first: latest }
}

/** Reads the file all the time: it is whole at every instant. */
function readAllTheTime(out: string) {
  let reads = 0
  const timer = setInterval(() => {
    const data = JSON.parse(readFileSync(out, 'utf8')) as ExplorerData
    expect(data.schema).toBe('montana.explorer/1')
    reads++
  }, 20)
  onTestFinished(() => clearInterval(timer))
  return { reads: () => reads }
}

/** Who is in an export that has just been published. */
async function justExported(out: string): Promise<ExplorerData> {
  const before = statSync(out).mtimeMs
  await until(() => statSync(out).mtimeMs > before, 2 * EXPORT_EVERY_MS, 'the next export')
  return JSON.parse(readFileSync(out, 'utf8')) as ExplorerData
}

interface Change {
  /** Whether an export shows it as it was: a busy host may miss the second in which a node is asked. */
  isAsBefore(data: ExplorerData): boolean
  /** On the page, before and after. */
  readonly from: string | undefined
  readonly to: () => string
  happens(): void
}

/** What is worst for it happens right after an export; returns how long it took to show. */
async function timed(page: Page, out: string, { isAsBefore, from, to, happens }: Change): Promise<number> {
  while (!isAsBefore(await justExported(out)));
  const startedMs = performance.now()
  happens()
  if (from !== undefined) await page.waitForSelector(from)
  await page.waitForSelector(to(), { timeout: SHOWN_WITHIN_MS })
  return Math.round(performance.now() - startedMs)
}

describe('montana explorer export --page, once a minute', () => {
  it.skipIf(chromium === undefined)(
    'shows who joins, and who is killed or frozen, within 90 s',
    async () => {
      const dir = temporaryFolder()
      const mesh = await makeMesh(dir)
      await Promise.all(mesh.nodes.map((node) => node.reaches(22, 120_000)))
      const web = temporaryFolder()
      const out = join(web, 'data.json')
      await exportEveryMinute(dir, out).first
      const reading = readAllTheTime(out)
      const url = await serveFolder(web)
      const browser = await launch(chromium ?? '')
      const { page, complaints } = await openPage(browser, url, LOOKS.light)
      await page.goto(url)
      await page.waitForSelector('[data-link=live]')
      expect(await page.locator('[data-node] [data-cell=status]:has-text("active")').count()).toBe(3)
      expect(await page.locator('[data-winner]').count()).toBe(20)
      expect(await page.locator('[data-share]').count()).toBe(3)
      const data = JSON.parse(readFileSync(out, 'utf8')) as ExplorerData
      expect(data.network_summary).toMatchObject({ active_nodes: 3, agree: true })
      expect(data.discovered_peers).toEqual([])
      expect(data.nodes[0]).toMatchObject({ balance_nj: expect.stringMatching(/^\d+$/), account_table: 3 })

      const sight = { name: 'explorer-static', hash: '', ready: '[data-winner]' }
      expect(await portray(browser, url, sight)).toEqual([])

      let newcomer: MemberProcess | undefined
      const took: Record<string, number> = {}
      const peer = (tone: string) => `[data-peer="${newcomer?.member.identity.peerId}"] .mark-${tone}`
      const helsinki = (status: string) => `[data-node=helsinki] [data-cell=status]:has-text("${status}")`
      took.joined = await timed(page, out, {
        isAsBefore: ({ discovered_peers: peers }) => peers.length === 0,
        from: undefined,
        to: () => peer('good'),
        happens: () => {
          newcomer = mesh.joins()
        },
      })
      took.frozen = await timed(page, out, {
        isAsBefore: ({ discovered_peers: peers }) => peers[0]?.status === 'active',
        from: peer('good'),
        to: () => peer('none'),
        happens: () => newcomer?.signal('SIGSTOP'),
      })
      newcomer?.signal('SIGCONT')
      took.killed = await timed(page, out, {
        isAsBefore: ({ nodes }) => nodes.find(({ label }) => label === 'helsinki')?.status === 'active',
        from: helsinki('active'),
        to: () => helsinki('stale'),
        happens: () => mesh.nodes[2]?.signal('SIGKILL'),
      })
      process.stderr.write(`shown after (ms): ${JSON.stringify(took)}, ${reading.reads()} reads of data.json\n`)
      for (const ms of Object.values(took)) expect(ms).toBeLessThan(SHOWN_WITHIN_MS)
      expect(readFileSync(out, 'utf8')).not.toMatch(/127\.0\.0\.1|\/tcp\/|\/ip4\//)
      expect(complaints).toEqual([])
    },
    900_000,
  )
})
