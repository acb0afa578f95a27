import { describe, expect, it } from 'vitest'
import { isLong } from '../support/long-it.js'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'
import { SmallDisk, whyNoSmallDisk } from './support/small-disk.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']
const VICTIM = 'helsinki'
/** How often the disk fills and is freed again. */
const ROUNDS = isLong ? Number(process.env.MONTANA_LONG_RUNS ?? 12) : 1
const PATIENCE_MS = 60_000
/**
 * The longest pause between two attempts is 5 s, and so is the shortest one between two questions to a peer where it is.
 * Promised where nothing else runs: beside other suites it only has to come.
 */
const RECOVERY_MS = isLong ? 12_000 : PATIENCE_MS
const missing = whyNoSmallDisk()

interface Listed {
  readonly label: string
  readonly evidence: unknown[]
}

async function start() {
  const files = await makeNetwork(temporaryFolder(), LABELS)
  const victim = files.members.find(({ label }) => label === VICTIM)
  if (!victim) throw new Error(`no ${VICTIM}`)
  const disk = await SmallDisk.over(victim.dataDir, '64m')
  const nodes = files.members.map((one) => new MemberProcess(files, one, [], {}, one === victim ? disk : undefined))
  await Promise.all(nodes.map((node) => node.reaches(3, PATIENCE_MS)))
  const node = (label: string) => nodes.find((one) => one.label === label) as MemberProcess
  return { dir: files.dir, disk, nodes, victim: node(VICTIM), other: node('moscow') }
}

type Running = Awaited<ReturnType<typeof start>>

const waitsForVictim = async ({ other }: Running) => (await other.status()).vote.waits_for.join() === VICTIM

/** From the last byte to the recovery. Returns how long that took, ms. */
async function fillAndFree(running: Running): Promise<number> {
  const { disk, victim, other } = running
  const before = await other.head()
  disk.fill()
  await until(async () => (await victim.status()).degraded.includes('DISK_FULL'), PATIENCE_MS, 'it says so')
  const held = await victim.status()
  expect(await victim.readiness()).toBe(503)
  expect(await victim.metric('montana_store_read_only')).toBe(1)
  // The others go on without it: it neither votes nor confirms.
  await other.reaches(Math.max(before, held.window) + 3, PATIENCE_MS)
  await until(() => waitsForVictim(running), PATIENCE_MS, 'it confirms nothing')
  const later = await victim.status()
  expect({ window: later.window, root: later.state_root }).toEqual({ window: held.window, root: held.state_root })
  expect(await victim.metric('montana_store_writes_refused_total')).toBeGreaterThan(1)
  disk.free()
  const freedAtMs = performance.now()
  const isBack = async () => (await victim.readiness()) === 200 && (await victim.head()) >= (await other.head()) - 1
  await until(isBack, RECOVERY_MS, 'it has caught up')
  const tookMs = performance.now() - freedAtMs
  expect((await victim.status()).degraded).toEqual([])
  await until(async () => !(await waitsForVictim(running)), PATIENCE_MS, 'it confirms again')
  return tookMs
}

/**
 * The log of a store that has run for a while has room for more, which it uses on a full disk. A stop gives it back, and
 * what comes next needs space at once. Returns what the process has written until then.
 */
async function startAgain({ victim, other }: Running): Promise<string> {
  victim.signal('SIGTERM')
  const { stdout } = await victim.finished
  await victim.restart()
  const isBack = async () => (await victim.head()) >= (await other.head()) && (await victim.readiness()) === 200
  await until(() => isBack().catch(() => false), PATIENCE_MS, 'it follows after a stop')
  return stdout
}

/** Every store proves itself, and nobody has signed anything twice. */
async function proveAll({ dir, disk, nodes, victim }: Running): Promise<string> {
  const goal = Math.max(...(await Promise.all(nodes.map((node) => node.head())))) + 2
  await Promise.all(nodes.map((node) => node.reaches(goal, PATIENCE_MS)))
  for (const node of nodes) node.signal('SIGTERM')
  await Promise.all(nodes.map((node) => node.finished))
  disk.copyOut()
  const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
  expect(JSON.parse(verified.stdout).verdict, verified.stdout).toBe('PASS')
  const listed = JSON.parse((await montana(['evidence', 'list', '--data-dir', dir, '--json'])).stdout)
  expect((listed.nodes as Listed[]).flatMap(({ evidence }) => evidence)).toEqual([])
  return (await victim.finished).stdout
}

describe(`a disk of 64 MiB that fills${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    `${ROUNDS} times: the node confirms nothing, serves what it has, says so, and goes on by itself once there is space`,
    async () => {
      const running = await start()
      const tookMs: number[] = []
      const logs: string[] = []
      for (let round = 0; round < ROUNDS; round++) {
        if (round > 0) logs.push(await startAgain(running))
        tookMs.push(await fillAndFree(running))
      }
      logs.push(await proveAll(running))
      const log = logs.join('')
      const count = (code: string) => log.split('\n').filter((line) => line.includes(`"${code}"`)).length
      expect([count('DISK_FULL'), count('DISK_SPACE')], 'one line per change').toEqual([ROUNDS, ROUNDS])
      process.stderr.write(`disk full ${ROUNDS} times; recovered within ${Math.round(Math.max(...tookMs))} ms\n`)
    },
    ROUNDS * 60_000 + PATIENCE_MS,
  )
})
