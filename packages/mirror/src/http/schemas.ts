import { z } from 'zod'
import { LAYER_ORDER } from '../queue/layer-order.js'
import { candidateSchema } from './candidate-schema.js'
import { HISTORY_DEFAULT, HISTORY_MAX, HOLD_MINUTES_MAX } from './constants.js'

const TEXT_MAX = 500
/** Those that one look shows. */
const REFS_KEPT_MAX = 20

const reason = z.string().trim().min(1).max(TEXT_MAX)
const expectedEpoch = z.int().min(1)
const name = z.string().regex(/^[a-z0-9-]{1,40}$/)

/** Bodies of the mutations; what is not listed is refused. Spec repository-mirror 13. */
export const syncBody = z.strictObject({
  layers: z
    .array(z.enum(LAYER_ORDER))
    .min(1)
    .refine((layers) => new Set(layers).size === layers.length, 'a layer is named twice'),
})
/** A target that is saved, or one that is not. */
export const testBody = z
  .strictObject({ id: name.optional(), candidate: candidateSchema.optional() })
  .refine(({ id, candidate }) => (id === undefined) !== (candidate === undefined))
export const addBody = z.strictObject({ candidate: candidateSchema, testedAs: z.string().regex(/^[0-9a-f]{64}$/) })
export const sshKeyBody = z.strictObject({})
export const sshHostsBody = z.strictObject({ url: z.string().regex(/^ssh:\/\/[\x21-\x7e]{1,500}$/) })
/** Null where nothing is fenced. */
export const resumeBody = z.strictObject({ reason, expectedEpoch: expectedEpoch.nullable() })
export const holdBody = z.strictObject({
  /** From now; 0 ends a hold. */
  forMinutes: z.int().min(0).max(HOLD_MINUTES_MAX),
  reason,
  expectedEpoch,
})
/** What is dropped is gone: its target is named once more. */
export const dropBody = z.strictObject({
  ref: z.string().regex(/^refs\/(?:heads|tags)\/rescue\/[\w./-]{1,200}$/),
  confirm: z.string().max(TEXT_MAX),
})
export const roleBody = z.strictObject({
  reason,
  expectedEpoch,
  dryRun: z.boolean(),
  force: z.boolean().optional(),
  /** Every process on hosts that acts for the primary has been stopped. */
  drained: z.boolean().optional(),
  /** `owner/name` of the target, typed. */
  confirm: z.string().max(TEXT_MAX).optional(),
})

export const demoteBody = roleBody.extend({ onRecovery: z.enum(['merge', 'rescue']).optional() })

const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const refName = z.string().regex(/^refs\/(?:heads|tags)\/[^\s\p{C}~^:?*[\\]{1,200}$/u)
export const recoveryBody = z.strictObject({})
export const keepBody = z.strictObject({
  reason,
  /** Null where nothing is fenced. */
  expectedEpoch: expectedEpoch.nullable(),
  dryRun: z.boolean(),
  /** As they were looked at. */
  tips: z
    .array(z.strictObject({ ref: refName, tip: objectId }))
    .min(1)
    .max(REFS_KEPT_MAX)
    .refine((tips) => new Set(tips.map(({ ref }) => ref)).size === tips.length, 'a ref is named twice'),
  /** `owner/name` of the target, or the id of an archive, typed. */
  confirm: z.string().max(TEXT_MAX).optional(),
})
export const approveBody = z.strictObject({
  reason,
  expectedEpoch: expectedEpoch.nullable(),
  tip: objectId,
  confirm: z.string().max(TEXT_MAX),
})

export const removeBody = z.strictObject({
  withdraw: z
    .array(z.enum(['secrets', 'variables']))
    .refine((layers) => new Set(layers).size === layers.length, 'a layer is named twice'),
  dryRun: z.boolean().default(false),
  /** Stands in the audit. */
  reason: reason.optional(),
  /** `owner/name` of the target, or the id of an archive, typed. */
  confirm: z.string().max(TEXT_MAX).optional(),
})

const number = (maximum: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .refine((value) => value <= maximum)

export const historyQuery = z.strictObject({
  before: number(Number.MAX_SAFE_INTEGER).optional(),
  limit: number(HISTORY_MAX).default(HISTORY_DEFAULT),
})

/** Of a target; whether there is one is found out later. */
export const idParams = z.strictObject({ id: z.string() })
export const jobParams = z.strictObject({ jobId: z.string() })
