import type { Mode } from '../core/types.js'
import type { HistoryRecord } from './record.js'

/** One side of it. */
export interface Tenancy {
  readonly host: string
  readonly epoch: string
  readonly mode: Mode
  /** Wall clock of that host. */
  readonly fromMs: number
  /** Null: it acts still, or its end was not heard of. */
  readonly untilMs: number | null
  /** What it might do outward without a fence. */
  readonly unfenced: 'none' | 'idempotent' | 'all'
}

/** Two hosts acted for one policy at one time: spec three-mirror 3.3 and 8. */
export interface Incident {
  readonly policy: string
  readonly sides: readonly [Tenancy, Tenancy]
  /** By the wall clocks of two hosts, so only as good as they agree. */
  readonly overlapMs: number
}

/** What a service may do in a mode, as its configuration says. */
export type UnfencedIn = (policy: string, mode: Mode) => Tenancy['unfenced']

/**
 * Every pair of tenures that overlap, in the records of all hosts. They are found when the records of both sides have come
 * together, so every host that was reached shows the same list. A tenure that has not ended lasts until now only where
 * `actsNow` says so; of a host that died nobody claims more than its records do.
 */
export function incidents(
  records: readonly HistoryRecord[],
  unfencedIn: UnfencedIn,
  actsNow: (policy: string, host: string) => boolean,
  nowMs: number,
): Incident[] {
  const byPolicy = Map.groupBy(records, ({ policy }) => policy)
  return [...byPolicy].flatMap(([policy, own]) => {
    const tenancies = tenanciesOf(policy, own, unfencedIn).sort((a, b) => a.fromMs - b.fromMs)
    const givers = giversOf(own, tenancies)
    return tenancies.flatMap((first, i) =>
      tenancies.slice(i + 1).flatMap((second): Incident[] => {
        const endOf = ({ host, untilMs, fromMs }: Tenancy) => untilMs ?? (actsNow(policy, host) ? nowMs : fromMs)
        const overlapMs = Math.min(endOf(first), endOf(second)) - second.fromMs
        const isHandover = givers.get(second.epoch) === first.epoch || givers.get(first.epoch) === second.epoch
        const isIncident = first.host !== second.host && overlapMs > 0 && !isHandover
        return isIncident ? [{ policy, sides: [first, second], overlapMs }] : []
      }),
    )
  })
}

/** Rule of a tenure that began with a grant. */
const HANDOVER = '10.4'

/**
 * By the epoch of a tenure that was handed over, the epoch of the one before it. The grant was given when nothing of that
 * one ran any more; clocks that differ by some milliseconds, or the order of two lines, say nothing against it.
 */
function giversOf(records: readonly HistoryRecord[], tenancies: readonly Tenancy[]): ReadonlyMap<string, string> {
  const epochs = tenancies.map(({ epoch }) => BigInt(epoch)).sort((a, b) => (a < b ? -1 : 1))
  const handed = records.filter(({ to, rule, epoch }) => to === 'acting' && rule === HANDOVER && epoch !== null)
  return new Map(
    handed.flatMap(({ epoch }): [string, string][] => {
      const before = epoch === null ? undefined : epochs.findLast((other) => other < BigInt(epoch))
      return epoch === null || before === undefined ? [] : [[epoch, String(before)]]
    }),
  )
}

function tenanciesOf(policy: string, records: readonly HistoryRecord[], unfencedIn: UnfencedIn): Tenancy[] {
  const byHost = Map.groupBy(records, ({ host }) => host)
  return [...byHost].flatMap(([host, own]) => {
    const inOrder = [...own].sort((a, b) => a.sequence - b.sequence)
    return inOrder.flatMap((record, i): Tenancy[] => {
      const { to, from, epoch, mode } = record
      if (to !== 'acting' || from === 'acting' || epoch === null) return []
      const untilMs = endOf(record, inOrder.slice(i + 1))
      return [{ host, epoch, mode, fromMs: Date.parse(record.at), untilMs, unfenced: unfencedIn(policy, mode) }]
    })
  })
}

/**
 * The first record after it by which the host no longer acts. When a life ended without one, nobody knows when: at the
 * latest it ended where its last record is, and more is not claimed, or every death would look like two leaders.
 */
function endOf(begin: HistoryRecord, later: readonly HistoryRecord[]): number | null {
  const own = later.filter(({ bootId }) => bootId === begin.bootId)
  const end = own.find(({ to, epoch }) => to === 'standby' || (to === 'acting' && epoch !== begin.epoch))
  if (end) return Date.parse(end.at)
  const hasNewLife = later.some(({ bootId }) => bootId !== begin.bootId)
  return hasNewLife ? Date.parse((own.at(-1) ?? begin).at) : null
}
