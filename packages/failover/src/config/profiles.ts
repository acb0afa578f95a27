import type { z } from 'zod'
import { choice, either, flag, integer, ms, strict } from './fields.js'
import type { Profile } from './types.js'

/** Three misses of one second each; the confirmation overlaps the last two. Spec three-mirror 5.2. */
const FAST: Profile = {
  name: 'fast',
  intervalMs: 1000,
  timeoutMs: 1000,
  misses: 3,
  confirmMs: 1000,
  promoteMs: 2000,
  isBurst: false,
}

/** The numbers of the seeds; one miss, then a burst of one second. */
const SEED: Profile = {
  name: 'seed',
  intervalMs: 5000,
  timeoutMs: 2000,
  misses: 1,
  confirmMs: 1000,
  promoteMs: 1500,
  isBurst: true,
}

export const PROFILES: Readonly<Record<'fast' | 'seed', Profile>> = { fast: FAST, seed: SEED }

const named = choice('fast', 'seed').transform((name): Profile => ({ ...PROFILES[name] }))

const explicit = strict('fast, seed, or a map of numbers', {
  intervalMs: ms(100, 60_000),
  timeoutMs: ms(50, 60_000),
  misses: integer('', 1, 20),
  confirmMs: ms(0, 60_000).default(FAST.confirmMs),
  promoteMs: ms(50, 120_000).default(FAST.promoteMs),
  isBurst: flag.default(FAST.isBurst),
}).transform((numbers): Profile => ({ name: 'explicit', ...numbers }))

export const profileSchema = either(
  (value): z.ZodType<Profile> => (typeof value === 'string' ? named : explicit),
).default({ ...FAST })
