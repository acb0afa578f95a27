import { AbortError, ConfigError, errorMessage, MontanaError, toHex } from '@montana/foundation'
import { ClockCheck } from './clock-check.js'
import { Networks } from './network.js'
import { StoreReader } from './store-reader.js'
import { StoreWalk, type WalkedWindow, type WalkModules } from './store-walk.js'
import type { NodeVerdict, StoresReport, StoreTarget, VerifyModules } from './types.js'

interface Lane {
  readonly walk: StoreWalk
  readonly windows: AsyncGenerator<WalkedWindow>
}

/** A store that could not even be opened has a verdict at once. */
type Opened = Lane | NodeVerdict

/**
 * Walks and proves stores, side by side and window by window, so that what several nodes hold is proven once and memory
 * does not grow with the chain. Reads only. Rejects with AbortError, with ConfigError `NO_STORE` when none of the
 * targets holds a store, and with `STORE_BUSY` when nodes change their stores faster than they can be read.
 */
export async function verifyStores(targets: readonly StoreTarget[], modules: VerifyModules): Promise<StoresReport> {
  const networks = new Networks(modules.verifySignature)
  let walked = 0
  const report = () => modules.onProgress?.({ window: walked, head: headOf(lanes), clockPending: clock.pending })
  const clock = new ClockCheck({ ...modules, onBatch: report })
  const lanes: Lane[] = []
  try {
    const opened = openAll(targets, { networks, clock, hasher: modules.hasher, onWindow: modules.onWindow }, lanes)
    await walkAll(lanes, modules.signal, (window) => {
      walked = window
      report()
    })
    await clock.drain()
    const nodes = opened.map((one) => ('walk' in one ? one.walk.verdict() : one))
    return { verdict: nodes.every(isSound) ? 'PASS' : 'FAIL', nodes }
  } finally {
    for (const { walk } of lanes) walk.close()
  }
}

/** One store: see {@link verifyStores}. */
export async function verifyStore(target: StoreTarget, modules: VerifyModules): Promise<NodeVerdict> {
  const { nodes } = await verifyStores([target], modules)
  const [verdict] = nodes
  if (!verdict) throw new Error('one store has one verdict')
  return verdict
}

function headOf(lanes: readonly Lane[]): number {
  return Math.max(0, ...lanes.map(({ walk }) => walk.head))
}

function isSound({ faultCount, gaps }: NodeVerdict): boolean {
  return faultCount === 0 && gaps.length === 0
}

/** A store that is damaged or missing has a verdict; wrong permissions or a newer schema are no defect and are thrown. */
function openAll(targets: readonly StoreTarget[], modules: WalkModules, lanes: Lane[]): Opened[] {
  const missing: MontanaError[] = []
  const opened = targets.map(({ label, open }) => {
    try {
      const walk = new StoreWalk(label, new StoreReader(open), modules)
      const lane = { walk, windows: walk.windows() }
      lanes.push(lane)
      return lane
    } catch (error) {
      if (!(error instanceof MontanaError)) throw error
      if (error.code === 'NO_STORE') missing.push(error)
      else if (error instanceof ConfigError) throw error
      return unreadable(label, error)
    }
  })
  if (missing[0] && missing.length === targets.length) throw missing[0]
  return opened
}

function unreadable(label: string, error: MontanaError): NodeVerdict {
  const faults = [{ window: null, code: error.code, message: errorMessage(error) }]
  const counts = { faultCount: 1, proven: 0, recomputed: 0, certificates: 0 }
  return { label, first: null, last: null, beginning: null, gaps: [], faults, ...counts }
}

/** Every round takes one more window of each store; a store that ends leaves. */
async function walkAll(lanes: readonly Lane[], signal: AbortSignal, onWindow: (window: number) => void): Promise<void> {
  let active = [...lanes]
  while (active.length > 0) {
    const round: { lane: Lane; step: WalkedWindow }[] = []
    for (const lane of active) {
      if (signal.aborted) throw new AbortError(signal.reason)
      const next = await lane.windows.next()
      if (!next.done) round.push({ lane, step: next.value })
    }
    compareRound(round)
    active = round.map(({ lane }) => lane)
    if (round[0]) onWindow(round[0].step.window)
  }
}

/** Nodes of one network hold one history; whoever differs from most of them is named, or all when none is most. */
function compareRound(round: readonly { lane: Lane; step: WalkedWindow }[]): void {
  const known = round.flatMap(({ lane, step: { window, hash } }) => (hash ? [{ lane, window, hash: toHex(hash) }] : []))
  const counts = new Map<string, number>()
  for (const { hash } of known) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  if (counts.size < 2) return
  const majority = [...counts].find(([, count]) => 2 * count > known.length)?.[0]
  for (const { lane, window, hash } of known) {
    if (hash === majority) continue
    const what = window === 0 ? 'the network' : 'the proposal'
    const message = `${what} ${hash.slice(0, 16)} is not that of the other nodes`
    lane.walk.faults.add(window, 'STATE_DIVERGED', message)
  }
}
