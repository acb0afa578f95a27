import { z } from 'zod'

/**
 * Answers of the v3 JSON gateway, as far as they are used. Keys and values are base64, 64-bit integers are decimal
 * strings and a field that is zero, false or empty is left out. Fields that are not named here are ignored: each release
 * adds some.
 */
const int64 = z
  .string()
  .regex(/^-?\d{1,20}$/)
  .transform((text) => BigInt(text))
const count = int64.default(0n)
const bytes = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64').toString('utf8'))
  .default('')

const header = z.object({ revision: count, raft_term: count })

export const keyValue = z.object({
  key: bytes,
  value: bytes,
  create_revision: count,
  mod_revision: count,
  lease: count,
})
export type KeyValue = z.output<typeof keyValue>

const range = z.object({ kvs: z.array(keyValue).default([]), more: z.boolean().default(false) })

export const rangeAnswer = range.extend({ header })
export const grantAnswer = z.object({ header, ID: int64, TTL: int64 })
/** No TTL: the lease has ended. */
export const keepAliveAnswer = z.object({ result: z.object({ header, ID: count, TTL: int64.optional() }) })
export const revokeAnswer = z.object({ header })
export const txnAnswer = z.object({
  header,
  succeeded: z.boolean().default(false),
  responses: z.array(z.object({ response_range: range.optional() })).default([]),
})
export const authenticateAnswer = z.object({ token: z.string().min(1).max(4096) })
export const statusAnswer = z.object({ header, version: z.string().max(64), leader: count })

export const watchAnswer = z.object({
  result: z.object({
    header,
    created: z.boolean().default(false),
    canceled: z.boolean().default(false),
    compact_revision: count,
    events: z.array(z.object({ kv: z.object({ mod_revision: count }) })).default([]),
  }),
})

/**
 * Of a call that failed. The fields differ between releases, and a streaming call carries them one level deeper and
 * answers 200.
 */
const failure = z.union([
  z.object({ message: z.string(), code: z.number().int() }),
  z
    .object({ message: z.string(), grpc_code: z.number().int() })
    .transform(({ message, grpc_code }) => ({ message, code: grpc_code })),
])
export const failureAnswer = z.union([failure, z.object({ error: failure }).transform(({ error }) => error)])

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** End of the range of all keys that begin with `prefix`: its last byte one higher. */
export function prefixEnd(prefix: string): string {
  const end = Buffer.from(prefix, 'utf8')
  const last = end.length - 1
  end.writeUInt8(end.readUInt8(last) + 1, last)
  return end.toString('base64')
}
