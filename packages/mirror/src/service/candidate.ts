import { createHash, randomBytes } from 'node:crypto'
import { ConfigError, canonicalJson, MontanaError } from '@montana/foundation'
import { createRedactor } from '@montana/git'
import { removeCredentialsOf, storeCredential, storeKeyFile } from '../config/credentials.js'
import { loadMirrorConfig } from '../config/load.js'
import type { MirrorConfig } from '../contracts/config.js'
import type { PermissionCheck } from '../contracts/provider.js'
import { type OpenMirrorInit, reach } from './open.js'
import type { Reached } from './parts.js'
import type { SlotPlace } from './remove-slot.js'
import { pinnedHosts, takeKey } from './ssh-tools.js'

export type CandidateCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly token: string; readonly username?: string | undefined }
  | {
      readonly kind: 'app'
      readonly appId: string
      readonly privateKey: string
      readonly installationId?: string | undefined
    }
  /** `keyId` of a key that was made here, `hostKeys` the fingerprints that a person has compared. */
  | { readonly kind: 'ssh'; readonly keyId: string; readonly hostKeys: readonly string[] }

/** A target as a person describes it before it is saved. Spec repository-mirror 14.2. */
export type Candidate = { readonly name?: string | undefined; readonly credential: CandidateCredential } & (
  | {
      readonly type: 'github'
      readonly repo: string
      readonly apiUrl?: string | undefined
      readonly syncSecrets?: boolean | undefined
      readonly syncVariables?: boolean | undefined
      readonly promotable?: boolean | undefined
    }
  | { readonly type: 'git'; readonly url: string }
)

export interface CandidateReport {
  readonly checks: readonly PermissionCheck[]
  /** Names what was tested; null while something that is needed is missing. */
  readonly testedAs: string | null
}

export interface CandidatePlace extends SlotPlace, Pick<OpenMirrorInit, 'clock' | 'pace'> {
  readonly dataFolder: string
}

export interface Prepared {
  readonly config: MirrorConfig
  readonly reached: Reached
  readonly keys: Readonly<Record<string, string>>
}

/** Every permission live; nothing stays behind. Throws what the target answers, without a word of its credential. */
export async function testCandidate(
  place: CandidatePlace,
  candidate: Candidate,
  slot: number,
  signal: AbortSignal,
): Promise<CandidateReport> {
  const files = `candidate-${randomBytes(6).toString('hex')}`
  try {
    const { reached } = await prepare(place, candidate, { slot, files, isKept: false }, signal)
    return await tried(reached, candidate, signal)
  } catch (error) {
    throw withoutSecrets(error, candidate)
  } finally {
    await removeCredentialsOf(place.dataFolder, files)
  }
}

/** The permissions of a target that was prepared, and under which name it was tested. */
export async function tried(reached: Reached, candidate: Candidate, signal: AbortSignal): Promise<CandidateReport> {
  const redact = createRedactor(secretsOf(candidate))
  const checks: PermissionCheck[] = []
  for await (const check of reached.provider.test(signal)) {
    checks.push({ ...check, remedy: check.remedy === null ? null : redact(check.remedy) })
  }
  if (missing(checks).length > 0) return { checks, testedAs: null }
  const { id } = await reached.provider.describe(signal)
  return { checks, testedAs: testedAs(id, candidate) }
}

export function missing(checks: readonly PermissionCheck[]): readonly PermissionCheck[] {
  return checks.filter(({ granted, needed }) => granted === false && !needed.includes('optional'))
}

interface Placing {
  readonly slot: number
  /** Begins the names of its files of credentials. */
  readonly files: string
  /** Whether its ssh key is no longer a candidate's. */
  readonly isKept: boolean
}

/** The whole configuration with the candidate in a slot; its credentials stand in files. Throws ConfigError, MirrorError. */
export async function prepare(
  place: CandidatePlace,
  candidate: Candidate,
  { slot, files, isKept }: Placing,
  signal: AbortSignal,
): Promise<Prepared> {
  const given = { ...describedKeys(candidate), ...(await credentialKeys(place, candidate, files, isKept, signal)) }
  const entries = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [[`MIRROR_${slot}_${key}`, value] as const],
  )
  const keys = Object.fromEntries(entries)
  const config = loadMirrorConfig({ environment: place.environment, envFile: place.envFile, flags: keys })
  const target = config.targets.find((each) => each.slot === slot)
  if (target === undefined) throw new ConfigError('the new slot is incomplete', { field: `MIRROR_${slot}_TYPE` })
  return { config, reached: reach(target, place), keys }
}

function describedKeys(candidate: Candidate): Record<string, string | undefined> {
  if (candidate.type === 'git') return { TYPE: 'git', NAME: candidate.name, URL: candidate.url }
  const { name, repo, apiUrl, syncSecrets, syncVariables, promotable } = candidate
  const off = (value: boolean | undefined) => (value === false ? 'false' : undefined)
  const switches = { SYNC_SECRETS: off(syncSecrets), SYNC_VARS: off(syncVariables), PROMOTABLE: off(promotable) }
  return { TYPE: 'github', NAME: name, REPO: repo, API_URL: apiUrl, ...switches }
}

async function credentialKeys(
  { dataFolder }: CandidatePlace,
  candidate: Candidate,
  files: string,
  isKept: boolean,
  signal: AbortSignal,
): Promise<Record<string, string | undefined>> {
  const { credential } = candidate
  if (credential.kind === 'none') return {}
  if (credential.kind === 'token') {
    return { TOKEN_FILE: await storeCredential(dataFolder, files, credential.token), USERNAME: credential.username }
  }
  if (credential.kind === 'app') {
    const { appId, privateKey, installationId } = credential
    const path = await storeKeyFile(dataFolder, `${files}-app`, privateKey)
    return { APP_ID: appId, APP_KEY_FILE: path, APP_INSTALLATION_ID: installationId }
  }
  const url = candidate.type === 'git' ? candidate.url : ''
  const hosts = await pinnedHosts(url, credential.hostKeys, signal)
  const known = await storeKeyFile(dataFolder, `${files}-hosts`, hosts)
  return { SSH_KEY_PATH: await takeKey(dataFolder, credential.keyId, isKept ? files : null), SSH_KNOWN_HOSTS: known }
}

/** Binds what is saved to what was tested: another repository, address or credential has another name. */
export function testedAs(id: string, candidate: Candidate): string {
  const { type, credential } = candidate
  const where = candidate.type === 'github' ? [candidate.repo, candidate.apiUrl ?? null] : [candidate.url]
  const same = JSON.parse(JSON.stringify({ id, type, where, credential })) as Parameters<typeof canonicalJson>[0]
  return createHash('sha256').update(canonicalJson(same)).digest('hex')
}

/** Texts of a target go through its provider's redactor already; this is for what nobody thought of. */
export function withoutSecrets(error: unknown, candidate: Candidate): unknown {
  if (!(error instanceof MontanaError)) return error
  error.message = createRedactor(secretsOf(candidate))(error.message)
  return error
}

function secretsOf({ credential }: Candidate): readonly string[] {
  if (credential.kind === 'token') return [credential.token]
  return credential.kind === 'app' ? [credential.privateKey] : []
}
