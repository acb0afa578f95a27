import type { Role } from '../contracts/config.js'
import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration } from './durations.js'
import { refuse, type Signature, stopPatienceMs, type Transition } from './fence-records.js'
import { claimAfterReleased } from './fence-rules.js'
import { parseTime } from './rfc3339.js'

export interface TakeBack {
  readonly self: string
  readonly role: Role
  /** The newest record before in which anybody could act; null: the trail has none. */
  readonly former: FenceRecord | null
  /** Of the clock of this host. */
  readonly nowMs: number
  readonly skewMs: number
}

/**
 * What a guard does that finds the record released: whoever acted before takes the next epoch. A guard remembers nothing,
 * so it waits for no foreign permit: it claims after a holder that never acted, or after itself. Spec repository-mirror 9.2
 * rule 1.
 */
export function takeBack(record: FenceRecord, take: TakeBack, signature: Signature): Transition {
  const { self, role, former, skewMs } = take
  if (record.state !== 'released') return refuse('FENCED', `epoch ${record.epoch} is ${record.state}, not released`)
  if (former === null) return refuse('FENCED', `epoch ${record.epoch} is released, and nothing says who acted before`)
  if (former.role !== role) return refuse('FENCED', `the role is ${role}, but who acted before was ${former.role}`)
  return switching(record, take) ?? claimAfterReleased(record, former, self, { ...NOT_RESTED, skewMs }, signature)
}

const NOT_RESTED = { isDrained: false, stoppedMs: 0 }

/**
 * Who released by itself makes room for a planned switch, which may have to wait for the last permit. Both times are of
 * this side's clocks; one that is wrong costs the switch its swap and nobody the fence. Spec 11.2.
 */
function switching(record: FenceRecord, { self, nowMs, skewMs }: TakeBack): Transition | null {
  if (record.holder !== self) return null
  const patienceMs = stopPatienceMs(record, skewMs)
  const releasedMs = parseTime(record.renewedAt)
  const leftMs = releasedMs === null ? 0 : releasedMs + patienceMs - nowMs
  // A release that lies ahead of this clock by more than the skew is no time to be patient from.
  if (leftMs <= 0 || leftMs > patienceMs + skewMs) return null
  return refuse('BUSY', `this side has stopped for a planned switch, which has another ${formatDuration(leftMs)}`)
}
