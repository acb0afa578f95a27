import { z } from 'zod'
import { DEFAULT_API_URL } from '../config/constants.js'
import { webUrl } from '../config/git-url.js'
import { globalSchema } from '../config/keys.js'
import { flag, leaf, matching, token } from '../config/leaves.js'
import { type ConfigProblem, configError, invalid } from '../config/problem.js'
import { readValues } from '../config/read-values.js'
import { repositoryName } from '../config/repository-name.js'
import type { Values } from '../config/settings.js'
import type { Credential, RepositoryName, Role } from '../contracts/config.js'
import { budgetProblem, spanProblem } from '../decide/time-budget.js'

/** What the script knows of itself: variables and secrets of spec repository-mirror 3.4, and what Actions adds. */
export interface ScriptEnvironment {
  /** Null: not set, which is not the same as off. */
  readonly enabled: boolean | null
  /** Null: missing or unknown, which is inert. */
  readonly role: Role | null
  readonly manifestFile: string
  readonly stateFile: string
  /** Null: not given; what the fence record says stays. */
  readonly autoPromote: boolean | null
  readonly permitMs: number
  readonly skewMs: number
  readonly stalenessMs: number
  readonly sentinel: { readonly intervalMs: number; readonly threshold: number }
  readonly recoveryObservations: number
  readonly onRecovery: 'merge' | 'rescue' | 'manual'
  readonly own: RepositoryName
  /** `github:<numeric id>`; null outside of Actions, where the API tells it. */
  readonly ownId: string | null
  readonly apiUrl: string
  readonly serverUrl: string
  /** `kind: 'none'` without a token of its own. */
  readonly ownCredential: Credential
  readonly primary: RepositoryName | null
  readonly primaryToken: string | null
  /** Null on a primary that was told of none. */
  readonly fence: RepositoryName | null
  readonly fenceToken: string | null
  /** Of the promotion that asks for a proof. */
  readonly nonce: string | null
  /** Null: alerts are shown by the run alone. */
  readonly alertWebhook: string | null
  /** For the redactor. */
  readonly secrets: readonly string[]
}

/** Text with line ends, as secrets of Actions keep it, or with `\n` written out. */
const pem = leaf('the private key of an App in PEM', (text) => {
  const key = text.replaceAll('\\n', '\n')
  return /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+-----END [A-Z ]*PRIVATE KEY-----\s*$/.test(key) ? key : undefined
})
const appId = matching('the number of an App', /^[1-9]\d{0,15}$/)
const repositoryId = matching('the numeric id of a repository', /^[1-9]\d{0,15}$/)
const nonce = matching('the nonce of a fence record', /^[A-Za-z0-9_-]{8,64}$/)

const shape = globalSchema.shape
const schema = z.strictObject({
  MIRROR_ENABLED: flag.optional(),
  MIRROR_ROLE: shape.MIRROR_ROLE,
  MIRROR_MANIFEST: shape.MIRROR_MANIFEST,
  MIRROR_STATE_FILE: shape.MIRROR_STATE_FILE,
  MIRROR_AUTO_PROMOTE: flag.optional(),
  MIRROR_PERMIT_MINUTES: shape.MIRROR_PERMIT_MINUTES,
  MIRROR_SKEW_MINUTES: shape.MIRROR_SKEW_MINUTES,
  MIRROR_STALENESS_MINUTES: shape.MIRROR_STALENESS_MINUTES,
  SENTINEL_INTERVAL_MINUTES: shape.SENTINEL_INTERVAL_MINUTES,
  SENTINEL_THRESHOLD: shape.SENTINEL_THRESHOLD,
  MIRROR_RECOVERY_OBSERVATIONS: shape.MIRROR_RECOVERY_OBSERVATIONS,
  MIRROR_ON_RECOVERY: shape.MIRROR_ON_RECOVERY,
  GITHUB_REPOSITORY: repositoryName,
  GITHUB_REPOSITORY_ID: repositoryId.optional(),
  GITHUB_API_URL: webUrl.default(DEFAULT_API_URL),
  GITHUB_SERVER_URL: webUrl.default('https://github.com'),
  MIRROR_SENTINEL_TOKEN: token.optional(),
  MIRROR_SENTINEL_APP_ID: appId.optional(),
  MIRROR_SENTINEL_APP_KEY: pem.optional(),
  MASTER_REPO: shape.MASTER_REPO,
  MASTER_TOKEN: shape.MASTER_TOKEN,
  MIRROR_FENCE_REPO: repositoryName.optional(),
  MIRROR_FENCE_TOKEN: token.optional(),
  MIRROR_NONCE: nonce.optional(),
  MIRROR_ALERT_WEBHOOK: shape.MIRROR_ALERT_WEBHOOK,
})
type Read = z.output<typeof schema>

const KEYS: readonly string[] = Object.keys(schema.shape)

/**
 * Reads the environment of the script; keys that are set and empty count as not given, as Actions hands over what is not
 * there. Throws one ConfigError (78) that names each wrong key, never the value of a secret.
 */
export function readScriptEnvironment(environment: Values): ScriptEnvironment {
  const given = KEYS.flatMap((key) => (environment[key]?.trim() ? [[key, environment[key]] as const] : []))
  const read = readValues(schema, Object.fromEntries(given), '', KEYS)
  if (!read.isRead) throw configError(read.problems)
  const problems = relations(read.value)
  if (problems.length > 0) throw configError(problems)
  return environmentOf(read.value)
}

function environmentOf(read: Read): ScriptEnvironment {
  const secrets = [
    ...[read.MIRROR_SENTINEL_TOKEN, read.MIRROR_SENTINEL_APP_KEY, read.MASTER_TOKEN, read.MIRROR_FENCE_TOKEN],
    read.MIRROR_ALERT_WEBHOOK,
  ]
  return {
    enabled: read.MIRROR_ENABLED ?? null,
    role: read.MIRROR_ROLE,
    manifestFile: read.MIRROR_MANIFEST,
    stateFile: read.MIRROR_STATE_FILE,
    autoPromote: read.MIRROR_AUTO_PROMOTE ?? null,
    permitMs: read.MIRROR_PERMIT_MINUTES,
    skewMs: read.MIRROR_SKEW_MINUTES,
    stalenessMs: read.MIRROR_STALENESS_MINUTES,
    sentinel: { intervalMs: read.SENTINEL_INTERVAL_MINUTES, threshold: read.SENTINEL_THRESHOLD },
    recoveryObservations: read.MIRROR_RECOVERY_OBSERVATIONS,
    onRecovery: read.MIRROR_ON_RECOVERY,
    own: read.GITHUB_REPOSITORY,
    ownId: read.GITHUB_REPOSITORY_ID === undefined ? null : `github:${read.GITHUB_REPOSITORY_ID}`,
    apiUrl: read.GITHUB_API_URL,
    serverUrl: read.GITHUB_SERVER_URL,
    ownCredential: credentialOf(read),
    primary: read.MASTER_REPO ?? null,
    primaryToken: read.MASTER_TOKEN ?? null,
    fence: fenceOf(read),
    fenceToken: read.MIRROR_FENCE_TOKEN ?? null,
    nonce: read.MIRROR_NONCE ?? null,
    alertWebhook: read.MIRROR_ALERT_WEBHOOK ?? null,
    secrets: secrets.filter((secret) => secret !== undefined),
  }
}

function credentialOf(read: Read): Credential {
  const { MIRROR_SENTINEL_TOKEN: value, MIRROR_SENTINEL_APP_ID: id, MIRROR_SENTINEL_APP_KEY: key } = read
  if (value !== undefined) return { kind: 'token', value }
  if (id === undefined || key === undefined) return { kind: 'none' }
  return { kind: 'app', appId: id, privateKeyPem: key, installationId: null }
}

/** A replica is its own fence unless it is told of another; a primary never is. Spec repository-mirror 3.1 and 9.1. */
function fenceOf({ MIRROR_FENCE_REPO: fence, MIRROR_ROLE: role, GITHUB_REPOSITORY: own }: Read): RepositoryName | null {
  return fence ?? (role === 'MASTER' ? null : own)
}

function relations(read: Read): ConfigProblem[] {
  return [...appProblems(read), ...budgetProblems(read)]
}

function appProblems({ MIRROR_SENTINEL_APP_ID: id, MIRROR_SENTINEL_APP_KEY: key }: Read): ConfigProblem[] {
  if ((id === undefined) === (key === undefined)) return []
  const [there, missing] = id === undefined ? ['_KEY', '_ID'] : ['_ID', '_KEY']
  const fault = `is missing beside MIRROR_SENTINEL_APP${there}`
  return [invalid(`MIRROR_SENTINEL_APP${missing}`, fault, 'set both, or MIRROR_SENTINEL_TOKEN')]
}

function budgetProblems(read: Read): ConfigProblem[] {
  const settings = {
    permitMs: read.MIRROR_PERMIT_MINUTES,
    skewMs: read.MIRROR_SKEW_MINUTES,
    stalenessMs: read.MIRROR_STALENESS_MINUTES,
    intervalMs: read.SENTINEL_INTERVAL_MINUTES,
    threshold: read.SENTINEL_THRESHOLD,
  }
  const remedy = 'raise it, or shorten the permit'
  const [budget, span] = [budgetProblem(settings), spanProblem(settings)]
  return [
    ...(budget === null ? [] : [invalid('MIRROR_STALENESS_MINUTES', `is too short: ${budget}`, remedy)]),
    ...(span === null ? [] : [invalid('SENTINEL_THRESHOLD', `is too low: ${span}`, remedy)]),
  ]
}
