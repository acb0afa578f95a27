import { errorMessage, isAbort, type TimeSource } from '@montana/foundation'
import type { Role } from '../contracts/config.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import { mayActIn, type Transition } from '../decide/fence-records.js'
import { renew } from '../decide/fence-rules.js'
import { mayAct, type Permission, type PermitSettings } from '../decide/permit.js'
import { renewableOf, type Told } from '../decide/renewable.js'
import { takeBack } from '../decide/take-back.js'
import { sign } from '../fence/sign.js'
import { lastActing } from './last-acting.js'

export interface GuardInit {
  /** Null: it is not configured, which grants nothing where a permit is needed. */
  readonly fence: Fence | null
  /** `github:<numeric id>` of this repository. */
  readonly self: string
  readonly role: Role | null
  readonly settings: PermitSettings
  /** What a primary that holds the epoch writes anew with each renewal, its gates above all. */
  readonly told: Told
  readonly actor: string
  /** Of the promotion that asks for a proof; null for any other run. */
  readonly nonce: string | null
  readonly skewMs: number
  readonly time: TimeSource
}

export interface GuardAnswer {
  readonly permission: Permission
  /** As the fence has it now; null when it has none or could not be asked. */
  readonly entry: FenceEntry | null
}

/** How often a renewal is tried again when the record was annotated in between. */
const ATTEMPTS_MAX = 3

/**
 * Whether this run may act: renews the permit first, and never says yes to what it does not know. After a promotion that
 * failed, whoever acted before takes the next epoch. A holder whose promotion waits for its proof may run the check that
 * carries the nonce of the record, and nothing else. Spec 8.4 and 9.2.
 */
export async function guard(init: GuardInit, signal: AbortSignal): Promise<GuardAnswer> {
  const { self, role, settings, time } = init
  if (settings.enabled === false || role === null || role === 'SLAVE' || init.fence === null) {
    return { entry: null, permission: mayAct(null, self, role, null, time.monotonicMs(), settings) }
  }
  try {
    return await renewed(init, init.fence, signal)
  } catch (error) {
    if (isAbort(error)) throw error
    const reason = `the fence cannot be asked: ${errorMessage(error)}`
    return { entry: null, permission: { act: false, code: 'FENCED', reason } }
  }
}

async function renewed(init: GuardInit, fence: Fence, signal: AbortSignal): Promise<GuardAnswer> {
  const { self, role, settings, time } = init
  for (let attempt = 1; ; attempt++) {
    const entry = await fence.read(signal)
    if (entry !== null && isProof(init, entry)) return { entry, permission: { act: true, permitMsLeft: null } }
    const startMs = time.monotonicMs()
    const now = entry === null ? null : await writeOnce(init, fence, entry, signal)
    if (now !== 'moved' || attempt === ATTEMPTS_MAX) {
      const known = now === 'moved' ? null : (now ?? entry)
      const renewalMs = now === null || now === 'moved' ? null : startMs
      return { entry: known, permission: mayAct(known, self, role, renewalMs, time.monotonicMs(), settings) }
    }
  }
}

/** Null where nothing is to be written. */
async function writeOnce(
  init: GuardInit,
  fence: Fence,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<FenceEntry | null | 'moved'> {
  const { state, holder } = entry.record
  const isMine = holder === init.self && mayActIn(entry.record)
  if (!isMine && state !== 'released') return null
  const next = isMine ? renewal(init, entry) : await claim(init, fence, entry, signal)
  if ('refused' in next) return null
  return (await fence.swap(entry, next.ok, signal)) ?? 'moved'
}

function renewal({ self, role, told, actor, time }: GuardInit, { record }: FenceEntry): Transition {
  return renew(record, self, renewableOf(role, told), sign(actor, 'renewal', time.wallMs()))
}

async function claim(init: GuardInit, fence: Fence, entry: FenceEntry, signal: AbortSignal): Promise<Transition> {
  const { self, role, actor, skewMs, time } = init
  const former = await lastActing(fence, entry, signal)
  const nowMs = time.wallMs()
  const take = { self, role: role ?? 'SLAVE', former, nowMs, skewMs }
  return takeBack(entry.record, take, sign(actor, 'taken back after a release', nowMs))
}

function isProof({ self, role, nonce }: GuardInit, { record }: FenceEntry): boolean {
  return (
    record.state === 'promoting' &&
    record.holder === self &&
    role === 'TEMPORARY_MASTER' &&
    nonce !== null &&
    nonce === record.nonce
  )
}
