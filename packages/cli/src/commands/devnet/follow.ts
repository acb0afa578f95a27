import { isAbort, sleep } from '@montana/foundation'
import type { CliContext } from '../../context.js'
import type { Display } from './display.js'
import type { Drills } from './drills.js'
import type { LateNode } from './late-node.js'
import type { DevnetMesh } from './mesh.js'
import type { DevnetOptions } from './options.js'
import type { Observation } from './verdict.js'

interface FollowContext {
  readonly options: DevnetOptions
  readonly display: Display
  readonly mesh: DevnetMesh
  readonly drills: Drills
  readonly startHead: number
  readonly console: string | null
  readonly late: LateNode | undefined
}

/** Watches until every node that is meant to be there has cemented enough, the mesh stalls, or the user stops it. */
export async function follow(
  context: CliContext,
  { options, display, mesh, drills, startHead, console, late }: FollowContext,
): Promise<Omit<Observation, 'admission'>> {
  const wanted = options.windows
  const goal = wanted === undefined ? Number.POSITIVE_INFINITY : startHead + wanted
  let stalled = false
  let best = { common: 0, atMs: performance.now() }
  const common = () => commonWindow(mesh, drills)
  await mesh.run(context.signal, () => {
    drills.update(Date.now())
    late?.update(mesh.head)
    const { dataDir } = options
    display.update({ children: mesh.children, head: mesh.head, startHead, wanted, dataDir, console })
    const reached = common()
    const nowMs = performance.now()
    if (reached > best.common) best = { common: reached, atMs: nowMs }
    stalled = nowMs - best.atMs > options.stallTimeoutMs
    const failed = mesh.children.some((child) => child.failure)
    const complete = mesh.children.every((child) => !child.isDown || drills.isGoneForever(child))
    const areThere = reached >= goal && complete && !drills.isPending
    return stalled || failed || (areThere && (late?.isOver(goal, nowMs) ?? true))
  })
  const compareAt = Math.min(common(), goal)
  if (!context.signal.aborted) await settle(mesh, compareAt)
  return {
    startHead,
    wanted,
    commonWindow: compareAt,
    head: mesh.head,
    stalled,
    hadFaults: options.faults.length > 0,
    late: late?.observation,
    liar: options.liar,
    sync: options.sync,
    nodes: mesh.children.map((child) => ({
      label: child.label,
      status: child.status,
      restarts: child.restarts,
      unplannedExits: child.unplannedExits,
      failure: child.failure,
      isGone: drills.isGoneForever(child),
    })),
  }
}

/** Of the nodes that began together: one that joins has its own time. */
function commonWindow(mesh: DevnetMesh, drills: Drills): number {
  const present = mesh.children.filter((child) => child !== mesh.late && !drills.isGoneForever(child))
  return Math.min(...present.map(({ status }) => status?.window ?? 0))
}

const SETTLE_ATTEMPTS = 10
const SETTLE_PAUSE_MS = 100

/** Asks every node for the hashes of one and the same window, at one instant as far as that exists. */
async function settle(mesh: DevnetMesh, window: number): Promise<void> {
  const signal = AbortSignal.timeout(SETTLE_ATTEMPTS * SETTLE_PAUSE_MS * 5)
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt++) {
    await Promise.all(mesh.children.map((child) => child.probe(signal, window)))
    const heads = mesh.children.filter((child) => !child.isDown).map(({ status }) => status?.window ?? 0)
    if (Math.max(...heads) - Math.min(...heads) <= 1) return
    await sleep(SETTLE_PAUSE_MS, signal).catch((error: unknown) => {
      if (!isAbort(error)) throw error
    })
  }
}
