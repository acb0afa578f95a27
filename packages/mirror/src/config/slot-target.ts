import type { GithubTarget, GitTarget, RepositoryName, TargetConfig } from '../contracts/config.js'
import { DEFAULT_API_URL, DEFAULT_REFS, FIRST_PUSH_MINUTES, LATER_PUSH_MINUTES, MINUTE_MS } from './constants.js'
import { cloneUrl } from './git-url.js'
import { existingPath, type Found, found, notFound } from './private-file.js'
import { type ConfigProblem, invalid } from './problem.js'
import { readValues } from './read-values.js'
import type { Values } from './settings.js'
import { credentialOf, tokenOf } from './slot-credential.js'
import {
  GIT_ONLY,
  GITHUB_ONLY,
  OFF_ON_GIT,
  SLOT_KEYS,
  type SlotKey,
  type SlotSettings,
  slotSchema,
} from './slot-keys.js'
import { isSecretKey, slotSecrets } from './slot-secrets.js'

export type ReadSlot =
  | { readonly target: TargetConfig; readonly problems: readonly [] }
  | { readonly target: null; readonly problems: readonly ConfigProblem[] }

type Common = Omit<GitTarget, 'type'>
type Keyed = (key: SlotKey) => string

/** One slot as a target; a slot that is not complete is refused, never skipped. Spec repository-mirror 3.2. */
export function readSlot(slot: number, values: Values): ReadSlot {
  const prefix = `MIRROR_${slot}_`
  const plain = Object.fromEntries(Object.entries(values).filter(([key]) => !isSecretKey(key)))
  const read = readValues(slotSchema, plain, prefix, SLOT_KEYS)
  const secrets = slotSecrets(values, prefix)
  const problems = [...read.problems, ...secrets.problems, ...(read.isRead ? misfits(read.value, values, prefix) : [])]
  if (!read.isRead || problems.length > 0) return { target: null, problems }
  const target = targetOf(slot, read.value, secrets.secrets)
  return target.isFound ? { target: target.value, problems: [] } : { target: null, problems: [target.problem] }
}

/** Keys that the type of the slot does not know. */
function misfits(settings: SlotSettings, values: Values, prefix: string): ConfigProblem[] {
  const isGit = settings.TYPE === 'git'
  const foreign = (isGit ? GITHUB_ONLY : GIT_ONLY).filter((key) => values[key] !== undefined) as readonly string[]
  const secrets = isGit ? Object.keys(values).filter((key) => isSecretKey(key) && !foreign.includes(key)) : []
  const unknown = [...foreign, ...secrets].map((key) => {
    const remedy = `remove it, or write ${prefix}TYPE=${isGit ? 'github' : 'git'}`
    return invalid(`${prefix}${key}`, `does not apply to ${isGit ? 'an archive (git)' : 'github'}`, remedy)
  })
  const on = isGit ? OFF_ON_GIT.filter((key) => settings[key] === true) : []
  const remedy = 'write false, or remove it: an archive takes code only'
  return [...unknown, ...on.map((key) => invalid(`${prefix}${key}`, "'true' is for github only", remedy))]
}

function targetOf(slot: number, settings: SlotSettings, secrets: ReadonlyMap<string, string>): Found<TargetConfig> {
  const keyed: Keyed = (key) => `MIRROR_${slot}_${key}`
  const { TYPE, REPO, API_URL = DEFAULT_API_URL } = settings
  if (TYPE === 'git') return gitTarget(slot, settings, keyed)
  if (REPO === undefined) return notFound(invalid(keyed('REPO'), 'is missing', 'write owner/name of the repository'))
  const url = settings.URL ?? cloneUrl(API_URL, REPO)
  const base = common(slot, settings, url, keyed)
  if (!base.isFound) return base
  const sentinelToken = tokenOf(settings, 'SENTINEL_TOKEN', keyed)
  if (!sentinelToken.isFound) return sentinelToken
  return found(
    githubTarget(base.value, settings, REPO, { apiUrl: API_URL, secrets, sentinelToken: sentinelToken.value }),
  )
}

function gitTarget(slot: number, settings: SlotSettings, keyed: Keyed): Found<GitTarget> {
  if (settings.URL === undefined) {
    return notFound(invalid(keyed('URL'), 'is missing', 'write the https or ssh URL or absolute path of a repository'))
  }
  const base = common(slot, settings, settings.URL, keyed)
  return base.isFound ? found({ ...base.value, type: 'git' }) : base
}

function githubTarget(
  base: Common,
  { SYNC_SECRETS = true, SYNC_VARS = true, PROMOTABLE = true, WORKFLOW_PATHS = 'alert' }: SlotSettings,
  repository: RepositoryName,
  rest: Pick<GithubTarget, 'apiUrl' | 'secrets' | 'sentinelToken'>,
): GithubTarget {
  const sync = { syncSecrets: SYNC_SECRETS, syncVariables: SYNC_VARS, promotable: PROMOTABLE }
  const workflowPaths = WORKFLOW_PATHS
  return { ...base, ...rest, ...sync, workflowPaths, type: 'github', repository }
}

function common(slot: number, settings: SlotSettings, url: string, keyed: Keyed): Found<Common> {
  const credential = credentialOf(settings, url, keyed)
  if (!credential.isFound) return credential
  const caFile = settings.CA_FILE === undefined ? found(null) : existingPath(keyed('CA_FILE'), settings.CA_FILE)
  if (!caFile.isFound) return caFile
  const { NAME = `mirror-${slot}`, ENABLED: enabled, TYPE, REFS = DEFAULT_REFS } = settings
  const username = settings.USERNAME ?? (TYPE === 'github' ? 'x-access-token' : 'git')
  const names = { slot, name: NAME, enabled, url, username, credential: credential.value, caFile: caFile.value }
  const pushing = { refs: REFS, onDiverge: settings.ON_DIVERGE, lfs: settings.LFS, pushTimeoutMs: timeouts(settings) }
  return found({ ...names, ...pushing })
}

/** One value is meant for both. */
function timeouts({ PUSH_TIMEOUT_MINUTES: given }: SlotSettings): Common['pushTimeoutMs'] {
  return { first: given ?? FIRST_PUSH_MINUTES * MINUTE_MS, later: given ?? LATER_PUSH_MINUTES * MINUTE_MS }
}
