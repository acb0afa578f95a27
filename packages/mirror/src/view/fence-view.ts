import { nameText } from '../config/repository-name.js'
import type { Role } from '../contracts/config.js'
import { MINUTE_MS } from '../decide/durations.js'
import { mayActIn } from '../decide/fence-records.js'
import { mayAct } from '../decide/permit.js'
import { parseTime } from '../decide/rfc3339.js'
import { roleLabel } from './labels.js'
import type { FenceSight, ViewParts } from './parts.js'
import type { FenceView, MirrorsView, SelfView, Writer } from './types.js'

/**
 * Whether it may act is asked of the same rule as the guard asks, counted from when the record was first seen here: an
 * effect still needs the guard's own renewal.
 */
export function selfView({ config, self, fence }: ViewParts, nowMs: number): SelfView {
  const { role, primaryRepository, enabled, autoPromote, permitMs } = config
  const settings = { enabled, autoPromote, permitMs }
  const permission = mayAct(fence.entry, self ?? '', role, 0, ageMs(fence, nowMs) ?? 0, settings)
  const why = permission.act ? actingWhy(fence, enabled) : permission.reason
  const repo = primaryRepository && nameText(primaryRepository)
  return { repo, role, label: roleLabel(role), acts: permission.act, why }
}

function actingWhy({ entry }: FenceSight, enabled: boolean): string {
  return enabled && entry ? `holds epoch ${entry.record.epoch}` : 'mirroring is off'
}

export function fenceView(parts: ViewParts, nowMs: number): FenceView {
  const { config, fence } = parts
  const record = fence.entry?.record
  const where = config.targets.find(({ slot }) => slot === config.fenceSlot)?.name ?? null
  return {
    where,
    epoch: record?.epoch ?? null,
    state: record?.state ?? null,
    holder: record?.holder ?? null,
    holderName: record === undefined ? null : holderName(parts, record.holder),
    recordAgeMs: ageMs(fence, nowMs),
    permitLeftMs: permitLeftMs(fence, nowMs),
    autoPromote: record?.autoPromote ?? config.autoPromote,
    holdUntilMs: record?.holdUntil ? parseTime(record.holdUntil) : null,
    paused: record?.paused ?? false,
    problem: fence.problem,
  }
}

function holderName({ config, self, targets }: ViewParts, holder: string): string | null {
  if (holder === self) return config.primaryRepository === null ? null : nameText(config.primaryRepository)
  return targets.find(({ observation }) => observation?.role === 'TEMPORARY_MASTER')?.target.name ?? null
}

function ageMs({ firstSeenMs }: FenceSight, nowMs: number): number | null {
  return firstSeenMs === null ? null : Math.max(0, nowMs - firstSeenMs)
}

function permitLeftMs(fence: FenceSight, nowMs: number): number | null {
  const record = fence.entry?.record
  const age = ageMs(fence, nowMs)
  if (record === undefined || age === null || !record.autoPromote || !mayActIn(record)) return null
  return Math.max(0, record.permitMinutes * MINUTE_MS - age)
}

/** Another repository has an acting role while this one holds the epoch; a look from before it held it says nothing. */
export function twoWriters({ config, self, fence, targets }: ViewParts): MirrorsView['twoWriters'] {
  const record = fence.entry?.record
  if (record === undefined || record.holder !== self || !mayActIn(record) || !isActing(config.role)) return null
  const other = targets.map((facts) => writerOf(facts, fence)).find((writer) => writer !== null)
  const own = config.primaryRepository === null ? 'this repository' : nameText(config.primaryRepository)
  return other ? [{ repo: own, role: config.role }, other] : null
}

function writerOf({ target, observation }: ViewParts['targets'][number], { heldSinceMs }: FenceSight): Writer | null {
  const isOld = (observation?.atMs ?? Number.POSITIVE_INFINITY) < (heldSinceMs ?? 0)
  const role = isOld ? null : (observation?.role ?? null)
  return target.type === 'github' && isActing(role) ? { repo: nameText(target.repository), role } : null
}

function isActing(role: Role | null): role is 'MASTER' | 'TEMPORARY_MASTER' {
  return role === 'MASTER' || role === 'TEMPORARY_MASTER'
}
