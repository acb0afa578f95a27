import { z } from 'zod'
import { MINUTE_MS, MINUTES_MAX, SECRET_BYTES_MAX } from './constants.js'
import { gitUrl, webUrl } from './git-url.js'
import { choice, flag, integer, later, leaf, matching, path, token } from './leaves.js'
import { refPatterns } from './ref-patterns.js'
import { repositoryName } from './repository-name.js'

const digits = matching('a number', /^[1-9]\d{0,19}$/)
const username = matching('a user without blanks and colons', /^[\x21-\x39\x3b-\x7e]{1,200}$/)
const name = matching('a name of 1 to 40 of a to z, 0 to 9 and -', /^[a-z0-9-]{1,40}$/)
const milliseconds = (value: number) => value * MINUTE_MS

/** Not trimmed: a secret is what was written. */
export const secretValue = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= SECRET_BYTES_MAX, `a value of at most ${SECRET_BYTES_MAX} bytes`)

/** Upper case, because GitHub stores names so; its own prefix is not ours to write. Spec repository-mirror 6.3. */
export const secretName = leaf('a name of letters, digits and _ that does not begin with GITHUB_ or a digit', (text) =>
  /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,254}$/i.test(text) ? text.toUpperCase() : undefined,
)

/** Every key of a slot but `SECRET_<NAME>`, without `MIRROR_<N>_`. Spec repository-mirror 3.2. */
export const slotSchema = z.strictObject({
  TYPE: choice('github', 'git').default('github'),
  NAME: name.optional(),
  ENABLED: flag.default(true),
  REPO: repositoryName.optional(),
  URL: gitUrl.optional(),
  API_URL: webUrl.optional(),
  TOKEN: token.optional(),
  TOKEN_FILE: path.optional(),
  APP_ID: digits.optional(),
  APP_KEY_FILE: path.optional(),
  APP_INSTALLATION_ID: digits.optional(),
  USERNAME: username.optional(),
  SSH_KEY_PATH: path.optional(),
  SSH_KNOWN_HOSTS: path.optional(),
  CA_FILE: path.optional(),
  SYNC_SECRETS: flag.optional(),
  SYNC_VARS: flag.optional(),
  REFS: refPatterns.optional(),
  MIRROR: later(flag, (value) => value, 'write false: only what is pushed explicitly is copied').optional(),
  ON_DIVERGE: choice('refuse', 'rescue').default('refuse'),
  LFS: choice('auto', 'off').default('auto'),
  WIKI: later(flag, (value) => value, 'write false').optional(),
  PROMOTABLE: flag.optional(),
  WORKFLOW_PATHS: choice('alert', 'approve').optional(),
  SENTINEL_TOKEN: token.optional(),
  SENTINEL_TOKEN_FILE: path.optional(),
  RENEWAL_TRIGGER_TOKEN: secretValue.optional(),
  PUSH_TIMEOUT_MINUTES: integer(' of minutes', 1, MINUTES_MAX).transform(milliseconds).optional(),
})

export type SlotSettings = z.output<typeof slotSchema>
export type SlotKey = keyof SlotSettings

export const SLOT_KEYS = Object.keys(slotSchema.shape) as readonly SlotKey[]
export const SECRET_PREFIX = 'SECRET_'

/** Refused where they would do nothing. */
export const GITHUB_ONLY: readonly SlotKey[] = [
  ...(['REPO', 'API_URL', 'APP_ID', 'APP_KEY_FILE', 'APP_INSTALLATION_ID', 'WORKFLOW_PATHS'] as const),
  ...(['SENTINEL_TOKEN', 'SENTINEL_TOKEN_FILE', 'RENEWAL_TRIGGER_TOKEN'] as const),
]
export const GIT_ONLY: readonly SlotKey[] = ['SSH_KEY_PATH', 'SSH_KNOWN_HOSTS']
/** On an archive they can only be off. */
export const OFF_ON_GIT = ['SYNC_SECRETS', 'SYNC_VARS', 'PROMOTABLE', 'WIKI'] as const satisfies readonly SlotKey[]
