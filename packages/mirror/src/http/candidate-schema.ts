import { z } from 'zod'
import { gitUrl, webUrl } from '../config/git-url.js'
import { token } from '../config/leaves.js'

/** A private key in PEM has some 1,700 characters at 2,048 bits, 6,400 at 8,192. */
const KEY_MAX_CHARS = 16_384

const digits = z.string().regex(/^[1-9]\d{0,19}$/)
const name = z
  .string()
  .regex(/^[a-z0-9-]{1,40}$/)
  .optional()
const none = z.strictObject({ kind: z.literal('none') })
const byToken = z.strictObject({
  kind: z.literal('token'),
  token,
  username: z
    .string()
    .regex(/^[\x21-\x39\x3b-\x7e]{1,200}$/)
    .optional(),
})
const byApp = z.strictObject({
  kind: z.literal('app'),
  appId: digits,
  privateKey: z.string().min(1).max(KEY_MAX_CHARS),
  installationId: digits.optional(),
})
const bySsh = z.strictObject({
  kind: z.literal('ssh'),
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  hostKeys: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/))
    .min(1)
    .max(16),
})

/** A target that is not saved yet; the configuration judges it once more. Spec repository-mirror 13. */
export const candidateSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('github'),
    name,
    repo: z.string().regex(/^[\w-]{1,40}\/[\w.-]{1,100}$/),
    apiUrl: webUrl.optional(),
    syncSecrets: z.boolean().optional(),
    syncVariables: z.boolean().optional(),
    promotable: z.boolean().optional(),
    credential: z.discriminatedUnion('kind', [byToken, byApp]),
  }),
  z.strictObject({
    type: z.literal('git'),
    name,
    url: gitUrl,
    credential: z.discriminatedUnion('kind', [none, byToken, bySsh]),
  }),
])
