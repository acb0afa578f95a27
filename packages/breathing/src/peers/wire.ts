import { z } from 'zod'
import { BUNDLE_BYTES_MAX, CHUNK_BYTES } from '../constants.js'

const commitSchema = z.string().regex(/^[0-9a-f]{40}$/)
const BASE64_CHARS_MAX = Math.ceil(CHUNK_BYTES / 3) * 4

/** A new write exists: the head of the sender. */
export const pokeSchema = z.strictObject({ head: commitSchema })
/** What the receiver of a poke holds of the sender; null when it takes it from the hub. */
export const pokedSchema = z.strictObject({ holds: commitSchema.nullable() })

/** Asks for the sender's own ref as a git bundle, from `offset` on; `have` need not be sent again. */
export const wantSchema = z.strictObject({
  have: commitSchema.nullable(),
  offset: z.number().int().min(0).max(BUNDLE_BYTES_MAX),
})

/** A piece of the bundle of `head`: at most 512 KiB raw. `total` 0: there is nothing that you do not have. */
export const chunkSchema = z.strictObject({
  head: commitSchema.nullable(),
  total: z.number().int().min(0).max(BUNDLE_BYTES_MAX),
  /** SHA-256 of the whole bundle. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  data: z.string().max(BASE64_CHARS_MAX),
})
export type BreathChunk = z.infer<typeof chunkSchema>
