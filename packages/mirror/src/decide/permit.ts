import type { Role } from '../contracts/config.js'
import type { FenceEntry, FenceRecord } from '../contracts/fence.js'
import { MINUTE_MS } from './durations.js'
import { mayActIn } from './fence-records.js'
import type { RefusalCode } from './refusal.js'
import { roleWords } from './role-words.js'

export interface PermitSettings {
  /** `MIRROR_ENABLED`; null: not set, which is not the same as off. */
  readonly enabled: boolean | null
  readonly autoPromote: boolean
  readonly permitMs: number
}

/** `permitMsLeft` null: no permit is needed. */
export type Permission =
  | { readonly act: true; readonly permitMsLeft: number | null }
  | { readonly act: false; readonly code: RefusalCode; readonly reason: string }

/**
 * Whether this repository may cause an effect right now. Anything unknown or contradictory is no. Spec repository-mirror 8.4, 9.2.
 * `entry`: the last record known to be on the fence. `renewalStartMonoMs`: monotonic time just before the last renewal
 * that succeeded was begun; counted from its end, a slow answer would prolong the permit beyond what others wait for.
 */
export function mayAct(
  entry: FenceEntry | null,
  self: string,
  role: Role | null,
  renewalStartMonoMs: number | null,
  nowMonoMs: number,
  settings: PermitSettings,
): Permission {
  if (settings.enabled === false) return withoutMirror(role)
  if (role !== 'MASTER' && role !== 'TEMPORARY_MASTER') return no('INERT', `this repository is ${roleWords(role)}`)
  if (entry === null) return no('FENCED', 'the fence has no record or could not be read')
  const { record } = entry
  if (record.holder !== self) return no('FENCED', `epoch ${record.epoch} belongs to ${record.holder}`)
  if (!mayActIn(record)) return no('FENCED', `epoch ${record.epoch} is ${record.state}`)
  if (record.role !== role)
    return no('FENCED', `this repository is ${roleWords(role)}, but the fence knows ${roleWords(record.role)}`)
  if (!record.autoPromote && !settings.autoPromote) return { act: true, permitMsLeft: null }
  return permitOf(record, renewalStartMonoMs, nowMonoMs, settings.permitMs)
}

function withoutMirror(role: Role | null): Permission {
  if (role === 'MASTER') return { act: true, permitMsLeft: null }
  return no('INERT', `mirroring is off and this repository is ${roleWords(role)}`)
}

/** The shorter of what the record promises to others and what is configured here. */
function permitOf(record: FenceRecord, startMs: number | null, nowMs: number, configuredMs: number): Permission {
  if (startMs === null) return no('PERMIT_OVER', 'the permit was not renewed by this run')
  if (nowMs < startMs) return no('PERMIT_OVER', 'the monotonic clock went back')
  const permitMsLeft = startMs + Math.min(record.permitMinutes * MINUTE_MS, configuredMs) - nowMs
  return permitMsLeft > 0 ? { act: true, permitMsLeft } : no('PERMIT_OVER', 'the permit has run out')
}

function no(code: RefusalCode, reason: string): Permission {
  return { act: false, code, reason }
}
