import { z } from 'zod'
import { MAX_CHUNK_BYTES, MAX_HISTORY_RECORDS } from '../constants.js'
import {
  bootIdField,
  byHost,
  byPolicy,
  commitField,
  countField,
  digestField,
  epochField,
  msField,
  nameField,
  operatorField,
  reasonField,
} from './fields.js'
import { claimStateField, heartbeatForm, modeField, pauseForm } from './heartbeat.js'

const COUNTER_MAX = 2 ** 48 - 1

/**
 * Asks a live peer to probe `host` now. A question that was forwarded names who asked first, and is not forwarded again:
 * whoever is probed learns that both live. Spec 5.3.
 */
export const probeForm = z.strictObject({ host: nameField, forwardedFor: nameField.nullable() })

/** `ageMs` is the best age known to the one who answers, his own probe included; null: never, or too long ago. */
export const probeResultForm = z.strictObject({
  host: nameField,
  ageMs: msField.nullable(),
  heartbeat: heartbeatForm.nullable(),
})

const tenure = { policy: nameField, epoch: epochField }
export const handoverForm = z.strictObject({ type: z.literal('handover'), ...tenure, reason: reasonField })
export const acceptForm = z.strictObject({ type: z.literal('accept'), ...tenure })
export const refuseForm = z.strictObject({ type: z.literal('refuse'), ...tenure, reason: reasonField })
export const doneForm = z.strictObject({ type: z.literal('done'), ...tenure })
export const grantForm = z.strictObject({
  type: z.literal('grant'),
  grant: z.strictObject({
    policy: nameField,
    from: nameField,
    target: nameField,
    counter: z.int().min(0).max(COUNTER_MAX),
    validMs: msField,
  }),
})

const operatorCommand = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('promote'),
    policy: nameField,
    host: nameField,
    reason: reasonField,
    isForced: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('step-down'), forMs: msField, reason: reasonField }),
  z.strictObject({ kind: z.literal('pause'), pause: pauseForm }),
  z.strictObject({ kind: z.literal('resume') }),
])

/** `epoch` is that of the policy `coordinate`; null where nobody holds it. */
export const commandForm = z.strictObject({
  epoch: epochField.nullable(),
  operator: operatorField,
  command: operatorCommand,
})

/** A new write of the sender exists. */
export const pokeForm = z.strictObject({ head: commitField })

/** What the receiver of a poke holds of the sender then; null when it takes it from the hub, or does not breathe. */
export const pokedForm = z.strictObject({ holds: commitField.nullable() })

/** Asks for the sender's own ref as a git bundle, from `offset` on; `have` need not be sent again. */
export const breathWantForm = z.strictObject({ have: commitField.nullable(), offset: countField })

/** One piece of the bundle of `head`, of `total` bytes and this SHA-256; total 0: there is nothing to send. */
export const breathChunkForm = z.strictObject({
  head: commitField.nullable(),
  total: countField,
  digest: digestField,
  data: z.base64().max(Math.ceil(MAX_CHUNK_BYTES / 3) * 4),
})

/** Records of the timeline after what the sender has: highest sequence per host. */
export const historyForm = z.strictObject({
  after: byHost(countField),
  limit: z.int().min(1).max(MAX_HISTORY_RECORDS),
})

const transitionForm = z.strictObject({
  policy: nameField,
  from: claimStateField,
  to: claimStateField,
  epoch: epochField.nullable(),
  mode: modeField,
  rule: z.string().max(32),
  reason: reasonField,
  heard: byHost(msField.nullable()),
  phasesMs: byPolicy(msField),
})

/** A line of the history of `host`; `at` is its wall clock, for people. */
export const historyRecordForm = z.strictObject({
  host: nameField,
  bootId: bootIdField,
  sequence: countField,
  at: z.iso.datetime({ precision: 3 }),
  transition: transitionForm,
})

export const historyPageForm = z.strictObject({
  records: z.array(historyRecordForm).max(MAX_HISTORY_RECORDS),
  hasMore: z.boolean(),
})

/** Nothing to say but that it was taken in. */
export const okForm = z.strictObject({})

/** Why a request was not answered. */
export const errorForm = z.strictObject({ code: z.string().max(64), message: z.string().max(512) })
export const byeForm = z.strictObject({ code: z.string().max(64) })
