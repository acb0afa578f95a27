import {
  DEFAULT_REGISTRY_PATH,
  DEFAULT_STATE_DIR,
  ISOLATE_AFTER_MS,
  KILL_BUDGET_MS,
  MAX_LAG_MS,
  MAX_RECOVERY_MS,
  STARTUP_DELAY_MS,
} from './constants.js'
import { choice, domainName, flag, integer, ms, name, path } from './fields.js'
import type { ConfigProblem } from './problem.js'
import { profileSchema } from './profiles.js'
import { isMap, listOf, type Reader, recordOf, value } from './readers.js'
import {
  channelSchema,
  coordinatorSchema,
  hostSchema,
  policySchema,
  serviceSchema,
  statusSchema,
  witnessSchema,
} from './schema.js'
import { suggestion } from './suggestion.js'

/** Every key of the file. Spec three-mirror 2. */
const SECTIONS = {
  group: value(name),
  domain: value(domainName),
  preset: value(choice('three-mirror', 'single-chain', 'none').default('none')),
  self: value(name.optional()),
  registry: value(path.default(DEFAULT_REGISTRY_PATH)),
  hosts: recordOf('hosts', hostSchema),
  policies: recordOf('policies', policySchema),
  services: recordOf('services', serviceSchema),
  profile: value(profileSchema),
  maxRecoveryMs: value(ms(100, 600_000).default(MAX_RECOVERY_MS)),
  maxSurvivorRecoveryMs: value(ms(100, 600_000).default(MAX_RECOVERY_MS)),
  isolateAfterMs: value(ms(500, 60_000).default(ISOLATE_AFTER_MS)),
  killBudgetMs: value(ms(50, 10_000).default(KILL_BUDGET_MS)),
  startupDelayMs: value(ms(0, 600_000).default(STARTUP_DELAY_MS)),
  maxLagMs: value(ms(0, 3_600_000).default(MAX_LAG_MS)),
  coordinator: value(coordinatorSchema),
  witnesses: listOf('witnesses', witnessSchema),
  witnessQuorum: value(integer('', 0, 64).optional()),
  unsafeWitnessQuorum: value(flag.default(false)),
  channel: value(channelSchema),
  status: value(statusSchema),
  stateDir: value(path.default(DEFAULT_STATE_DIR)),
  identityDir: value(path.optional()),
}

type Sections = typeof SECTIONS

/** The file with its defaults, but not yet judged as a whole. */
export type Document = { readonly [K in keyof Sections]: Sections[K] extends Reader<infer T> ? T : never }

/** What could be read of it; an entry that could not be is left out. */
export type Draft = Partial<Document>

export interface ReadDocument {
  readonly draft: Draft
  /** The same, if nothing was wrong with any value. */
  readonly document: Document | undefined
  readonly mentioned: Mentioned
  readonly problems: readonly ConfigProblem[]
}

/** Also what could not be read exists: nothing is blamed for its absence. */
export interface Mentioned {
  readonly hosts: readonly string[]
  readonly policies: readonly string[]
  readonly witnesses: number
}

/** Reads every part for itself, so that a mistake in one hides none in another. */
export function readDocument(raw: Readonly<Record<string, unknown>>): ReadDocument {
  const keys = Object.keys(SECTIONS) as (keyof Sections)[]
  const problems = Object.keys(raw).flatMap((key) => unknownKey(key, keys))
  const values: [string, unknown][] = []
  for (const key of keys) {
    const read = SECTIONS[key](raw[key] ?? undefined, key)
    if (read.isRead) values.push([key, read.value])
    problems.push(...read.problems)
  }
  const draft: Draft = Object.fromEntries(values)
  const document = problems.length === 0 ? (draft as Document) : undefined
  return { draft, document, mentioned: mentionedIn(raw), problems }
}

function mentionedIn({ hosts, policies, witnesses }: Readonly<Record<string, unknown>>): Mentioned {
  return {
    hosts: isMap(hosts) ? Object.keys(hosts) : [],
    policies: isMap(policies) ? Object.keys(policies) : [],
    witnesses: Array.isArray(witnesses) ? witnesses.length : 0,
  }
}

function unknownKey(key: string, known: readonly string[]): ConfigProblem[] {
  if (known.includes(key)) return []
  const message = `'${key}' is not a setting`
  return [{ code: 'KEY_UNKNOWN', field: key, message, remedy: suggestion(key, known) }]
}
