import { describe, expect, it } from 'vitest'
import { isLong } from '../support/long-it.js'
import { type Announced, missingOf } from './support/announced.js'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'

const KILLS = Number(process.env.MONTANA_LONG_RUNS ?? (isLong ? 500 : 50))
/** As much of them in a network of four, where connecting alone takes up to two seconds. */
const SHARE_OF_FOUR = isLong ? 0.5 : 0.12
/** Networks of one operator at a time: a start keeps one core busy. */
const AT_ONCE = 2
/** By range: a node that begins from a snapshot, as one that is far behind may, has not the windows before it. */
const FLAGS = ['--min-window-ms', '200', '--sync', 'range']
/** From the start of the process until it answers and goes on. */
const READY_MS = 5_000
/** Who dialled in vain many times waits for up to a minute before it dials again: spec transport 16.1. */
const PATIENCE_MS = 120_000
const TIMEOUT_MS = 60_000 + KILLS * 2 * READY_MS
const FOUR = ['moscow', 'frankfurt', 'helsinki', 'armenia']
/** A window and a half: every instant of one is met. */
const RUN_MS = 300
const LOOK_MS = 15

/** What a node tells of its chain while it runs, from outside. */
class Listener {
  /** Header hashes by window: whatever it has ever said to be cemented. */
  readonly announced: Announced = new Map()
  readonly #node: MemberProcess

  constructor(node: MemberProcess) {
    this.#node = node
  }

  get highest(): number {
    return Math.max(0, ...this.announced.keys())
  }

  /** Its window, −1 where it does not answer. A window that has two hashes was lost and made again. */
  async look(): Promise<number> {
    const status = await this.#node.status().catch(() => undefined)
    if (status === undefined) return -1
    for (const { window, header_hash: hash } of status.recent) {
      const known = this.announced.get(window)
      if (known !== undefined) expect(hash, `window ${window} of ${this.#node.label}`).toBe(known)
      this.announced.set(window, hash)
    }
    return status.window
  }

  async lookFor(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; await pause(LOOK_MS)) await this.look()
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Kills a running node at a random instant and starts it again. Resolves to the time until it was ready, ms. What it has
 * announced is looked for before it starts: an operator makes a lost window again, and often the very same one.
 */
async function killOnce(node: MemberProcess, listener: Listener): Promise<number> {
  await listener.lookFor(RUN_MS * Math.random())
  node.signal('SIGKILL')
  await node.finished
  expect(missingOf(node.member, listener.announced)).toEqual([])
  await node.restart()
  const startedAtMs = performance.now()
  const before = listener.highest
  const isReady = async () => (await listener.look()) > before
  await until(isReady, PATIENCE_MS, `${node.label} goes on beyond window ${before}`)
  return performance.now() - startedAtMs
}

/** Ends every node; the store of each must hold all that any of them has ever announced. What is lost, in words. */
async function compareStores(dir: string, nodes: readonly MemberProcess[], announced: Announced): Promise<string[]> {
  for (const node of nodes) node.signal('SIGKILL')
  await Promise.all(nodes.map((node) => node.finished))
  const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
  expect(JSON.parse(verified.stdout).verdict, verified.stdout).toBe('PASS')
  const listed = JSON.parse((await montana(['evidence', 'list', '--data-dir', dir, '--json'])).stdout)
  expect((listed.nodes as { evidence: unknown[] }[]).flatMap(({ evidence }) => evidence)).toEqual([])
  return nodes.flatMap(({ member }) => missingOf(member, announced))
}

/** Kills of `victims` until `kills` are done; each in its turn. */
async function killMany(operators: readonly string[], observers: readonly string[], kills: number) {
  const files = await makeNetwork(temporaryFolder(), operators, observers)
  const nodes = files.members.map((member) => new MemberProcess(files, member, FLAGS))
  await Promise.all(nodes.map((node) => node.reaches(2, PATIENCE_MS)))
  const listeners = nodes.map((node) => new Listener(node))
  const readyMs: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const turn = kill % operators.length
    readyMs.push(await killOnce(nodes[turn] as MemberProcess, listeners[turn] as Listener))
  }
  await Promise.all(listeners.map((listener) => listener.look()))
  const goal = Math.max(...listeners.map(({ highest }) => highest))
  await Promise.all(nodes.map((node) => node.reaches(goal, PATIENCE_MS)))
  // One chain: what any of them has announced, all of them have.
  const all: Announced = new Map()
  for (const { announced } of listeners)
    for (const [window, hash] of announced) expect(all.set(window, all.get(window) ?? hash).get(window)).toBe(hash)
  const lost = await compareStores(files.dir, nodes, all)
  return { readyMs, lost, windows: all.size }
}

function spread(values: readonly number[]): Record<'n' | 'p50' | 'p99' | 'max', number> {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

describe('kill -9 at random instants', () => {
  const ofFour = Math.round(KILLS * SHARE_OF_FOUR)

  it(
    'of the only operator, which nobody can give a lost window back: none is lost, and it is ready in seconds',
    async () => {
      const kills = Math.ceil((KILLS - ofFour) / AT_ONCE)
      const networks = Array.from({ length: AT_ONCE }, () => killMany(['moscow'], ['armenia'], kills))
      judge('the only operator', await Promise.all(networks), kills * AT_ONCE)
    },
    TIMEOUT_MS,
  )

  it(
    'of each of four in turn: none of their windows is lost, and it follows again in seconds',
    async () => judge('one of four', [await killMany(FOUR, [], ofFour)], ofFour),
    TIMEOUT_MS,
  )
})

function judge(what: string, runs: readonly Awaited<ReturnType<typeof killMany>>[], kills: number): void {
  const result = spread(runs.flatMap(({ readyMs }) => readyMs))
  const lost = runs.flatMap((run) => run.lost)
  const windows = runs.reduce((sum, run) => sum + run.windows, 0)
  process.stderr.write(
    `kill -9 of ${what}: ready again, ms ${JSON.stringify(result)}; ${windows} windows, ${lost.length} lost\n`,
  )
  expect({ lost, kills: result.n }).toEqual({ lost: [], kills })
  expect(result.max).toBeLessThan(READY_MS)
}
