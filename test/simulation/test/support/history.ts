import type { WindowCommit } from '@montana/consensus'
import { genesisHash } from '@montana/ledger'
import { Trace } from '../../src/kernel/trace.js'
import type { Process } from '../../src/node/process.js'
import type { Watch } from '../../src/node/watch.js'
import { FactsReader, type WindowFacts } from '../../src/oracles/facts.js'
import { Watcher } from '../../src/oracles/watcher.js'
import { drawPlan, FAULT_KINDS, type Plan, type PlanOptions } from '../../src/plan/plan.js'
import { installFastMerkle } from '../../src/stubs/merkle.js'
import { World } from '../../src/world.js'

export interface GoodRun {
  readonly world: World
  readonly watcher: Watcher
  readonly plan: Plan
  readonly commits: readonly WindowCommit[]
}

/** A network without faults that has cemented `windows`; its fourth member may leave for good when a window is reached. */
export function runQuietly(windows: number, options: PlanOptions = {}, leavesAt = windows): GoodRun {
  installFastMerkle()
  const drawn = drawPlan(5, { without: FAULT_KINDS, ...options })
  const plan = { ...drawn, params: { ...drawn.params, tau2Windows: 8 } }
  const trace = new Trace(false)
  let watcher: Watcher | undefined
  const createWatch = (...args: ConstructorParameters<typeof Watcher>): Watch => {
    watcher = new Watcher(...args)
    return watcher
  }
  const world = new World({ plan, trace, bugs: new Set(), createWatch })
  world.start()
  const reach = (goal: number) => {
    const isDone = () => world.processes.every(({ isUp, head }) => !isUp || head >= goal)
    if (!world.runUntil(isDone, windows * 100_000)) throw new Error('a quiet network must make progress')
  }
  reach(leavesAt)
  if (leavesAt < windows) world.processes[3]?.crash('leaves')
  reach(windows)
  if (!watcher) throw new Error('the world made no watch')
  return { world, watcher, plan, commits: firstOf(world).disk.commits.slice(0, windows) }
}

export function firstOf(world: World): Process {
  const [first] = world.processes
  if (!first) throw new Error('no process')
  return first
}

/** Facts of every window of a good run. */
export function factsOf({ world, commits }: GoodRun): WindowFacts[] {
  const { document, clock, signatures } = world
  const reader = new FactsReader({ document, clock, signatures, genesisHash: genesisHash(document) })
  return commits.map((commit) => reader.next(commit))
}
