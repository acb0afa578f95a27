import { z } from 'zod'
import type { Role } from '../contracts/config.js'
import {
  COUNT_MAX,
  DEFAULT_MANIFEST_FILE,
  DEFAULT_STATE_FILE,
  MINUTE_MS,
  PERMIT_MINUTES,
  RECOVERY_OBSERVATIONS,
  SENTINEL_INTERVAL_MINUTES,
  SENTINEL_THRESHOLD,
  SKEW_MINUTES,
  SLOT_MAX,
  STALENESS_MINUTES,
} from './constants.js'
import { webUrl } from './git-url.js'
import { choice, count, flag, integer, later, leaf, minutes, path, token } from './leaves.js'
import { repositoryName } from './repository-name.js'

const ROLES: readonly Role[] = ['MASTER', 'SLAVE', 'TEMPORARY_MASTER']

/** An unknown role is no error but inert: spec repository-mirror 3.1. */
const role = z.string().transform((text): Role | null => ROLES.find((known) => known === text) ?? null)

/** The number of a slot, or undefined for what is none. */
function fenceSlot(text: string): number | undefined {
  const slot = /^mirror-([1-9]\d?)$/.exec(text)?.[1]
  return slot === undefined ? undefined : Number(slot)
}

const fence = later(
  leaf<number | 'coordinator'>(`mirror-1 to mirror-${SLOT_MAX}`, (text) =>
    text === 'coordinator' ? text : fenceSlot(text),
  ),
  (value) => value === 'coordinator',
  'write mirror-N, or remove it',
).transform((value) => (value === 'coordinator' ? undefined : value))

/** What only repositories and their workflows read: never unknown here. Spec repository-mirror 3.4. */
const ignored = z.string().optional()

/** Every global key. Spec repository-mirror 3.1 and 3.4. */
export const globalSchema = z.strictObject({
  MIRROR_ENABLED: flag.default(false),
  MIRROR_ROLE: role.default(null),
  MIRROR_MANIFEST: path.default(DEFAULT_MANIFEST_FILE),
  MIRROR_STATE_FILE: path.default(DEFAULT_STATE_FILE),
  MIRROR_AUTO_PROMOTE: flag.default(true),
  MIRROR_FENCE: fence.optional(),
  MIRROR_PERMIT_MINUTES: minutes(1).default(PERMIT_MINUTES * MINUTE_MS),
  MIRROR_SKEW_MINUTES: minutes(0).default(SKEW_MINUTES * MINUTE_MS),
  MIRROR_STALENESS_MINUTES: minutes(1).default(STALENESS_MINUTES * MINUTE_MS),
  SENTINEL_INTERVAL_MINUTES: minutes(1).default(SENTINEL_INTERVAL_MINUTES * MINUTE_MS),
  SENTINEL_THRESHOLD: integer('', 1, COUNT_MAX).default(SENTINEL_THRESHOLD),
  MIRROR_RECOVERY_OBSERVATIONS: count.default(RECOVERY_OBSERVATIONS),
  MIRROR_ON_RECOVERY: choice('merge', 'rescue', 'manual').default('merge'),
  MIRROR_RESET_MODE: choice('isolated', 'leader').default('isolated'),
  MASTER_REPO: repositoryName.optional(),
  MASTER_TOKEN: token.optional(),
  MIRROR_ALERT_WEBHOOK: webUrl.optional(),
  MIRROR_KEY_FILE: later(path, () => true, 'remove it; stored tokens have mode 0600').optional(),
  MIRROR_EPOCH: ignored,
  MIRROR_SENTINEL_TOKEN: ignored,
  MIRROR_SENTINEL_APP_ID: ignored,
  MIRROR_SENTINEL_APP_KEY: ignored,
  MIRROR_FENCE_TOKEN: ignored,
  MIRROR_FENCE_REPO: ignored,
  MIRROR_NONCE: ignored,
})

export type GlobalSettings = z.output<typeof globalSchema>

export const GLOBAL_KEYS: readonly string[] = Object.keys(globalSchema.shape)
