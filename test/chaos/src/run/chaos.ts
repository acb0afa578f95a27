import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import type { TrialNetwork } from '@montana/netns'
import { revision } from '../build/checkout.js'
import { judge } from '../check/check.js'
import { Recorder } from '../history/recorder.js'
import { readStores } from '../history/stores.js'
import type { History } from '../history/types.js'
import { writeHistory } from '../history/write.js'
import { WINDOW_MS } from '../mesh/constants.js'
import { makeFiles } from '../mesh/files.js'
import { Mesh } from '../mesh/mesh.js'
import { END_MS } from '../plan/plan.js'
import { nowMs } from '../program/clock.js'
import { type ChaosReport, reportOf } from '../report/report.js'
import { Links } from '../world/links.js'
import type { Builds, World } from '../world/nemesis.js'
import { Reach } from '../world/reach.js'
import { execute } from './execute.js'
import { kindsOf, openNetwork, targetsOf } from './open.js'
import type { Prepared, Say } from './prepare.js'
import { forget, mark, sweep, unmark } from './sweep.js'

/** Until all nodes say the same window before they are ended, ms. */
const SETTLE_MS = 30_000
const LOOK_EVERY_MS = 50

/** One run, from an empty mesh to its verdict. Rejects with AbortError; whatever happens, nothing runs afterwards. */
export async function runChaos(prepared: Prepared, signal: AbortSignal, onLine: Say): Promise<ChaosReport> {
  const { options, lacks, plan } = prepared
  sweep(options.dataDir)
  const runDir = join(options.dataDir, `run-${options.seed}-${process.pid}`)
  mkdirSync(runDir, { recursive: true })
  mark(runDir)
  const commit = revision() ?? null
  const network = await openNetwork(lacks)
  try {
    const history = await runMesh(prepared, { network, runDir, signal, onLine })
    // Before it is judged: whatever comes of that, the run is not lost.
    writeHistory(join(runDir, 'history.json'), plan, history)
    const judgement = judge(history, kindsOf(plan))
    return reportOf({ prepared, history, judgement, network: network.kind, runDir, commit })
  } catch (error) {
    // Of a run that was stopped there is nothing to look at.
    if (signal.aborted) forget(runDir)
    else onLine(`data: ${runDir}`)
    throw error
  } finally {
    await network.close()
    unmark(runDir)
  }
}

interface RunPlace {
  readonly network: TrialNetwork
  readonly runDir: string
  readonly signal: AbortSignal
  readonly onLine: Say
}

async function runMesh(prepared: Prepared, { network, runDir, signal, onLine }: RunPlace): Promise<History> {
  const { options, plan } = prepared
  const [recorder, reach] = [new Recorder(), new Reach()]
  const files = await makeFiles(runDir, network.addressOf)
  const mesh = new Mesh({ network, files, recorder, seed: options.seed, ...whatThePlanNeeds(prepared) })
  const startMs = nowMs()
  let endMs = startMs
  try {
    await mesh.start()
    const world = worldOf(prepared.builds, { mesh, recorder, reach, links: new Links(network, mesh.agents), signal })
    await execute({ plan, world, recorder, lastMs: startMs + options.minutes * 60_000 - END_MS, onLine })
    await settle(recorder, signal)
    endMs = nowMs()
  } finally {
    await mesh.close()
  }
  onLine('reading and proving the stores')
  const stores = await readStores(join(runDir, 'nodes'), signal)
  const { reads, failedReads, events, faults, healings } = recorder
  return {
    windowMs: WINDOW_MS,
    startMs,
    endMs,
    reads,
    failedReads,
    events,
    faults,
    healings,
    reach: reach.changes,
    ...stores,
  }
}

/** The other build runs first where the plan upgrades it; a clock and a disk of their own have only those that are hit. */
function whatThePlanNeeds({ plan, builds }: Prepared) {
  const isUpgraded = targetsOf(plan, 'upgrade').length > 0
  const build = isUpgraded ? (builds.other ?? builds.present) : builds.present
  return { build, clocks: targetsOf(plan, 'clock'), disks: targetsOf(plan, 'enospc') }
}

interface WorldParts {
  readonly mesh: Mesh
  readonly recorder: Recorder
  readonly reach: Reach
  readonly links: Links
  readonly signal: AbortSignal
}

function worldOf(builds: Builds, { mesh, recorder, reach, links, signal }: WorldParts): World {
  return {
    nodeOf: (label) => present(mesh.nodes.get(label), `node ${label}`),
    clockOf: (label) => present(mesh.clocks.get(label), `clock of ${label}`),
    diskOf: (label) => present(mesh.disks.get(label), `disk of ${label}`),
    isReadySince: (label, atMs) => recorder.isReadySince(label, atMs),
    heard: (label, sinceMs) => recorder.heard(label, sinceMs),
    hasDied: (label, sinceMs) => recorder.hasDied(label, sinceMs),
    ...{ builds, links, reach, signal },
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the mesh has no ${what}`)
  return value
}

/** Windows go on while nodes are ended one after another; they begin to end at one and the same. */
async function settle(recorder: Recorder, signal: AbortSignal): Promise<void> {
  const untilMs = nowMs() + SETTLE_MS
  const since = nowMs()
  while (!recorder.areAllAtOneWindow(since) && nowMs() < untilMs) await sleep(LOOK_EVERY_MS, signal)
}
