import { canonicalJson, onlyWellFormed } from '@montana/foundation'
import { z } from 'zod'
import type { Activity } from '../decide/keep-alive.js'
import type { SentinelMemory } from '../decide/memory.js'
import type { PromotionProgress } from '../decide/promotion.js'
import type { RecordSeen } from '../decide/record-seen.js'
import { NO_RETURN, type ReturnMemory } from '../decide/return-watch.js'

/** A promotion under way: whoever reads it can go on, or take it back. */
export interface PendingPromotion {
  readonly progress: PromotionProgress
  readonly reason: string
  readonly cause: 'silence' | 'planned' | 'force'
  /** Commit of the fence record on which the decision fell; null in a document that never held it. */
  readonly decidedOn: string | null
}

/** At `refs/montana/sentinel` of the replica, by compare-and-swap. Spec repository-mirror 10.3. */
export interface SentinelDocument {
  readonly schema: 1
  readonly memory: SentinelMemory | null
  readonly returned: ReturnMemory
  readonly promotion: PendingPromotion | null
  readonly recordSeen: RecordSeen | null
  /** Of the own repository, so that its schedule is kept alive. Absent in a document that never held it. */
  readonly activity?: Activity | undefined
}

export const DOCUMENT_BYTES_MAX = 256 * 1024

const ms = z.number().nonnegative()
const sighting = z
  .strictObject({ value: z.string().max(200), claimedMs: z.number().nullable(), firstSeenMs: ms })
  .nullable()
const memory = z.strictObject({
  schema: z.literal(1),
  observedMs: ms,
  record: sighting,
  ownHeartbeat: sighting,
  primaryHeartbeat: sighting,
  count: z.strictObject({ count: z.int().min(0), unhealthySinceMs: ms.nullable(), lastCountedMs: ms.nullable() }),
  notBeforeMs: ms.nullable(),
  trace: z
    .array(
      z.strictObject({
        atMs: ms,
        verdict: z.enum(['healthy', 'unhealthy', 'unknown']),
        explanation: z.string().max(2_000),
      }),
    )
    .max(100),
})
const promotionSteps = z.enum(['claim', 'epoch', 'workflows', 'role', 'gates', 'proof', 'marker', 'activate'])
const undoSteps = z.enum(['restore-marker', 'gates-inert', 'role-replica', 'workflows-off', 'release'])
const documentSchema = z.strictObject({
  schema: z.literal(1),
  memory: memory.nullable(),
  returned: z.strictObject({
    nonce: z.string().max(64).nullable(),
    count: z.int().min(0),
    sinceMs: ms.nullable(),
    lastMs: ms.nullable(),
  }),
  promotion: z
    .strictObject({
      progress: z.strictObject({
        done: z.array(promotionSteps).max(8),
        begun: promotionSteps.nullable(),
        failed: promotionSteps.nullable(),
        undone: z.array(undoSteps).max(8),
        movedMs: ms,
      }),
      reason: z.string().max(1_000),
      cause: z.enum(['silence', 'planned', 'force']),
      decidedOn: z.string().max(64).nullable().default(null),
    })
    .nullable(),
  recordSeen: z.strictObject({ commit: z.string().max(64), firstSeenMs: ms, lookedMs: ms.optional() }).nullable(),
  activity: z.strictObject({ tip: z.string().max(64).nullable(), sinceMs: ms }).optional(),
})

export const EMPTY_DOCUMENT: SentinelDocument = {
  schema: 1,
  memory: null,
  returned: NO_RETURN,
  promotion: null,
  recordSeen: null,
}

/** What cannot be read is no memory: every age begins at zero, which can only delay a promotion. */
export function parseDocument(text: string): SentinelDocument {
  try {
    const read = documentSchema.safeParse(JSON.parse(text, onlyWellFormed))
    return read.success ? read.data : EMPTY_DOCUMENT
  } catch {
    return EMPTY_DOCUMENT
  }
}

export function documentText(document: SentinelDocument): string {
  return `${canonicalJson(document)}\n`
}
