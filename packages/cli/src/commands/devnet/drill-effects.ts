import type { NodeChild } from './child.js'
import type { DrillState } from './drill-state.js'
import type { Fault, FaultKind } from './fault.js'

/** Older than any build of this tree. */
const OLD_VERSION = '0.0.1'

export interface DrillTarget {
  readonly fault: Fault
  readonly child: NodeChild
  /** The other end of a partition. */
  readonly peer: NodeChild | undefined
}

interface Effect {
  begin(target: DrillTarget): void
  end(target: DrillTarget): void
  /** The node answers nobody meanwhile: it is not waited for when it stays away for good. */
  readonly isAbsence: boolean
  /** It is over when the node that was started again answers. */
  readonly endsByRestart: boolean
}

const STAYS = { isAbsence: false, endsByRestart: false }
const AWAY = { isAbsence: true, endsByRestart: true }

/** What each kind of fault does to real processes, and how it is undone. */
export const EFFECTS: Readonly<Record<FaultKind, Effect>> = {
  kill: { begin: ({ child }) => child.kill(), end: ({ child }) => child.restart(), ...AWAY },
  // The node was armed at its start and has killed itself.
  crash: { begin: () => {}, end: ({ child }) => child.restart(), ...AWAY },
  pause: {
    begin: ({ child }) => child.pause(),
    end: ({ child }) => child.resume(),
    isAbsence: true,
    endsByRestart: false,
  },
  partition: {
    begin: (target) => forBothEnds(target, (state, peerId) => state.cut(peerId)),
    end: (target) => forBothEnds(target, (state, peerId) => state.heal(peerId)),
    ...STAYS,
  },
  diskfull: { begin: ({ child }) => child.fillLog(), end: ({ child }) => child.freeLog(), ...STAYS },
  clock: {
    begin: ({ child, fault }) => child.changeDrill((state) => state.shiftClock(fault.offsetMs)),
    end: ({ child, fault }) => child.changeDrill((state) => state.shiftClock(-fault.offsetMs)),
    ...STAYS,
  },
  oldbuild: {
    begin: ({ child }) => child.relaunch(OLD_VERSION),
    end: ({ child }) => child.relaunch(undefined),
    isAbsence: false,
    endsByRestart: true,
  },
}

function forBothEnds({ child, peer }: DrillTarget, change: (state: DrillState, otherPeerId: string) => void): void {
  if (!peer) return
  child.changeDrill((state) => change(state, peer.peerId))
  peer.changeDrill((state) => change(state, child.peerId))
}
