import { readFileSync } from 'node:fs'
import { sleep } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'
import { SmallHost, whyNoSmallHost } from './support/small-host.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']
const SMALL = 'helsinki'
/** MemoryMax of the drop-in for small hosts, in deploy/units. */
const MEMORY_MAX_MIB = 300
/** Windows of two seconds, about 0.15 s of a core each. */
const D0 = 4_000_000
const WINDOW_MS = 2_000
const MINUTES = Number(process.env.MONTANA_LONG_MINUTES ?? 5)
const PATIENCE_MS = 120_000
const LAG_MAX = 1
/** As in deploy/units/montana-node.service. */
const UNIT_ENVIRONMENT = { NODE_OPTIONS: '--max-semi-space-size=2', MALLOC_ARENA_MAX: '2' }

const missing = whyNoSmallHost()

interface Seen {
  readonly lag: number
  readonly rss: number
}

describe.skipIf(missing !== undefined)(`a node on a host with 300 MB and one processor (${missing ?? 'here'})`, () => {
  it('confirms and keeps up with the others', { timeout: MINUTES * 60_000 + 3 * PATIENCE_MS }, async () => {
    const host = SmallHost.make(MEMORY_MAX_MIB)
    const files = await makeNetwork(temporaryFolder(), LABELS, [], D0)
    const flags = ['--min-window-ms', String(WINDOW_MS)]
    const nodes = files.members.map((one) => {
      const place = one.label === SMALL ? host : undefined
      return new MemberProcess(files, one, flags, UNIT_ENVIRONMENT, place)
    })
    await Promise.all(nodes.map((node) => node.reaches(2, PATIENCE_MS)))
    const small = nodes.find(({ label }) => label === SMALL) as MemberProcess
    const first = await small.head()
    const seen = await watch(nodes, small)
    const windows = (await small.head()) - first
    await until(async () => (await small.readiness()) === 200, PATIENCE_MS, 'it is ready')

    const lagMax = Math.max(...seen.map(({ lag }) => lag))
    const rssMax = Math.max(...seen.map(({ rss }) => rss))
    report(host, { windows, samples: seen.length, lagMax, rssMax, hwm: peakOf(small.pid) })
    expect(host.kills).toBe(0)
    expect((await small.status()).phase).toBe('Active')
    expect(windows).toBeGreaterThan((MINUTES * 60_000) / WINDOW_MS / 2)
    expect(lagMax).toBeLessThanOrEqual(LAG_MAX)
    expect(rssMax).toBeLessThan(MEMORY_MAX_MIB * 2 ** 20)
  })
})

/** All of them once a second, at the same instant. */
async function watch(nodes: readonly MemberProcess[], small: MemberProcess): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const endMs = performance.now() + MINUTES * 60_000; performance.now() < endMs; await sleep(1_000)) {
    const heads = await Promise.all(nodes.map((node) => node.head()))
    const own = heads[nodes.indexOf(small)] ?? -1
    seen.push({ lag: Math.max(...heads) - own, rss: (await small.status()).res.rss ?? 0 })
  }
  return seen
}

/** VmHWM, bytes. */
function peakOf(pid: number | undefined): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

function report(host: SmallHost, seen: Record<string, number>): void {
  const mb = (bytes: number | null | undefined) => (bytes == null ? 'unknown' : `${Math.round(bytes / 1e6)} MB`)
  const { windows, samples, lagMax, rssMax, hwm } = seen
  process.stdout.write(
    `small host (cgroup v${host.version}, ${MEMORY_MAX_MIB} MiB, one processor): ${windows} windows in ${MINUTES} min, ` +
      `lag at most ${lagMax} in ${samples} samples, RSS at most ${mb(rssMax)} (peak ${mb(hwm)}), ` +
      `group at most ${mb(host.peakBytes)}, ${host.kills} killed\n`,
  )
}
