import { z } from 'zod'
import { type Epoch, NO_EPOCH, parseEpoch } from '../../epoch.js'
import { VALUE_CHARS_MAX } from './constants.js'
import type { Range } from './member.js'
import type { KeyValue } from './wire.js'

/** Keys of one policy. Names are of a to z, 0 to 9 and -, so that none is the beginning of another's. */
export interface PolicyKeys {
  readonly prefix: string
  /** Bound to the lease of the leader. */
  readonly leader: string
  /** Stays when the leader goes. */
  readonly epoch: string
  /** One per host, bound to the lease that the leadership can be moved to. */
  readonly candidates: string
}

export function policyKeys(group: string, policy: string): PolicyKeys {
  const prefix = `/montana/${group}/${policy}/`
  return { prefix, leader: `${prefix}leader`, epoch: `${prefix}epoch`, candidates: `${prefix}candidates/` }
}

/** Stands for a host where the leader's value cannot be read: no host has this name, so nobody takes it for itself. */
export const UNREADABLE_HOST = '?'

export interface LeaderEntry {
  readonly host: string
  readonly epoch: Epoch | null
  readonly lease: bigint
}

export interface CandidateEntry {
  readonly address: string
  readonly lease: bigint
  readonly modRevision: bigint
}

/** What the store held at one revision. */
export interface Snapshot {
  readonly revision: bigint
  readonly term: bigint
  readonly leader: LeaderEntry | null
  /** `value` null: unreadable. */
  readonly epoch: { readonly value: Epoch | null; readonly modRevision: bigint }
  readonly candidates: ReadonlyMap<string, CandidateEntry>
}

/** Takes the keys of one policy as a range or the failed branch of a transaction gives them. */
export function snapshotOf({ revision, term, kvs }: Range, keys: PolicyKeys): Snapshot {
  const leader = kvs.find(({ key }) => key === keys.leader)
  const epoch = kvs.find(({ key }) => key === keys.epoch)
  const candidates = kvs.filter(({ key }) => key.startsWith(keys.candidates))
  return {
    revision,
    term,
    leader: leader === undefined ? null : leaderEntry(leader),
    epoch: {
      value: epoch === undefined ? NO_EPOCH : (parseEpoch(epoch.value) ?? null),
      modRevision: epoch?.mod_revision ?? 0n,
    },
    candidates: new Map(candidates.flatMap((entry) => candidateEntry(entry, keys))),
  }
}

const leaderValue = z.object({
  host: z.string().min(1).max(32),
  address: z.string().max(64),
  epoch: z.string().max(20),
})
const candidateValue = z.object({ host: z.string().min(1).max(32), address: z.string().max(64) })

export function leaderText(host: string, address: string, epoch: Epoch): string {
  return JSON.stringify({ host, address, epoch: String(epoch) })
}

export function candidateText(host: string, address: string): string {
  return JSON.stringify({ host, address })
}

function leaderEntry({ value, lease }: KeyValue): LeaderEntry {
  const read = decoded(value, leaderValue)
  return { host: read?.host ?? UNREADABLE_HOST, epoch: read ? (parseEpoch(read.epoch) ?? null) : null, lease }
}

function candidateEntry({ key, value, lease, mod_revision }: KeyValue, keys: PolicyKeys): [string, CandidateEntry][] {
  const read = decoded(value, candidateValue)
  if (!read || key !== keys.candidates + read.host || lease === 0n) return []
  return [[read.host, { address: read.address, lease, modRevision: mod_revision }]]
}

function decoded<S extends z.ZodType>(text: string, schema: S): z.output<S> | undefined {
  if (text.length > VALUE_CHARS_MAX) return undefined
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
