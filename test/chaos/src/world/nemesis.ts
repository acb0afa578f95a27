import type { TimedRead } from '../history/types.js'
import type { FakeClock } from '../host/fake-clock.js'
import type { SmallDisk } from '../host/small-disk.js'
import type { Label } from '../mesh/constants.js'
import type { ChaosNode } from '../mesh/node.js'
import type { Fault } from '../plan/types.js'
import type { Links } from './links.js'
import type { Reach } from './reach.js'

/** Entry points of `montana`. */
export interface Builds {
  readonly present: string
  /** Undefined where none could be built. */
  readonly other: string | undefined
}

/** What faults are done to. */
export interface World {
  nodeOf(label: Label): ChaosNode
  /** Only of those whose clock the plan sets. */
  clockOf(label: Label): FakeClock
  /** Only of those whose disk the plan fills. */
  diskOf(label: Label): SmallDisk
  /** Whether a read of its status that began after this time has found it ready. */
  isReadySince(label: Label, atMs: number): boolean
  /** What it answered to reads that began after this time. */
  heard(label: Label, sinceMs: number): readonly TimedRead[]
  /** Whether it has ended by itself since. */
  hasDied(label: Label, sinceMs: number): boolean
  readonly builds: Builds
  readonly links: Links
  readonly reach: Reach
  readonly signal: AbortSignal
}

/**
 * Ends the fault; resolves when everything is undone and every process that was ended has been started. Rejects where the
 * node has not felt it: what was not felt has shown nothing.
 */
export type Undo = () => void | Promise<void>

/** Does one kind of fault; resolves when it is in force, or for an `upgrade` when it is over. */
export type Nemesis = (world: World, fault: Fault) => Undo | Promise<Undo>
