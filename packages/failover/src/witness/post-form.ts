import { z } from 'zod'
import { bootIdField, byPolicy, countField, nameField } from '../channel/messages/fields.js'
import { claimForm } from '../channel/messages/heartbeat.js'
import type { PostBody } from '../core/types.js'

const VISIBLE_MAX = 64
/** ML-DSA-65: 3309 bytes in base64. */
const SIGNATURE_CHARACTERS = 4412

/** Spec three-mirror 7.1; epochs are decimal strings on the wire and bigints here. */
export const postBodyForm = z.strictObject({
  version: z.literal(1),
  group: nameField,
  host: nameField,
  bootId: bootIdField,
  sequence: countField,
  policies: byPolicy(claimForm),
  visible: z.array(nameField).max(VISIBLE_MAX),
}) satisfies z.ZodType<PostBody>

export const signatureField = z.base64().length(SIGNATURE_CHARACTERS)

/** As it arrives: the body stays as it was written until its signature was checked over it. */
export const rawPostForm = z.strictObject({
  body: z.looseObject({ host: nameField, group: nameField, bootId: bootIdField, sequence: countField }),
  signature: signatureField,
})

export type RawPost = z.output<typeof rawPostForm>
