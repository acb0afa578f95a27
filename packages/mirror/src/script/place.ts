import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, type TimeSource } from '@montana/foundation'
import type { Credential, RepositoryName } from '../contracts/config.js'
import type { Fence } from '../contracts/fence.js'
import { GitFence } from '../fence/git-fence.js'
import { openRemoteGit } from '../fence/remote-git.js'
import { createGithubProvider, type GithubProvider } from '../providers/github/provider.js'
import { createGitAccess } from '../push/access.js'
import { repositoryTarget } from '../service/repository-target.js'
import type { ScriptEnvironment } from './environment.js'

/** Where a verb runs and what it is handed. */
export interface ScriptInit {
  readonly environment: ScriptEnvironment
  /** Of proxies and of nothing else. */
  readonly proxyEnvironment: Readonly<Record<string, string | undefined>>
  /** The checkout. */
  readonly source: string
  /** For bare repositories that are thrown away at no loss. */
  readonly folder: string
  readonly time: TimeSource
}

export type RepositoryKey = 'own' | 'primary' | 'fence'

/** `<prefix>TOKEN` and `<prefix>REPO` are the names of spec repository-mirror 3.4. */
const KEY_PREFIX: Readonly<Record<RepositoryKey, string>> = {
  own: 'MIRROR_SENTINEL_',
  primary: 'MASTER_',
  fence: 'MIRROR_FENCE_',
}

export function reachRepository(
  { environment, proxyEnvironment }: ScriptInit,
  name: RepositoryKey,
  repository: RepositoryName,
  credential: Credential,
): GithubProvider {
  const { apiUrl, serverUrl } = environment
  const target = repositoryTarget({ name, repository, credential, apiUrl, webUrl: serverUrl })
  return createGithubProvider(target, { access: createGitAccess, proxyEnvironment, keyPrefix: KEY_PREFIX[name] })
}

export function reachOwn(init: ScriptInit): GithubProvider {
  return reachRepository(init, 'own', init.environment.own, init.environment.ownCredential)
}

/** The id that the fence knows: Actions gives it to each run, elsewhere the API is asked. */
export async function ownId(init: ScriptInit, signal: AbortSignal): Promise<string> {
  return init.environment.ownId ?? (await reachOwn(init).describe(signal)).id
}

/** Null where none is named. Throws ConfigError without a token for it. */
export async function openFence(init: ScriptInit, signal: AbortSignal): Promise<Fence | null> {
  const { fence } = init.environment
  if (fence === null) return null
  const provider = reachRepository(init, 'fence', fence, fenceCredential(init.environment, fence))
  const access = (stop: AbortSignal) => provider.gitAccess(stop)
  return new GitFence(await openRemoteGit({ folder: join(init.folder, 'fence.git'), access }, signal))
}

/** A replica that is the fence may write itself; everybody else has a token for the fence alone. Spec 3.4. */
function fenceCredential(environment: ScriptEnvironment, fence: RepositoryName): Credential {
  const { fenceToken, ownCredential, own } = environment
  const isOwn = isSameName(fence, own)
  if (isOwn && ownCredential.kind !== 'none') return ownCredential
  if (fenceToken !== null) return { kind: 'token', value: fenceToken }
  const field = isOwn ? 'MIRROR_SENTINEL_TOKEN' : 'MIRROR_FENCE_TOKEN'
  throw new ConfigError(`${field} is missing: the fence ${fence.owner}/${fence.name} cannot be written without`, {
    field,
    remedy: 'set it by `montana mirror sentinel install` as a secret of this repository, and hand it over in `env`',
  })
}

export function isSameName(a: RepositoryName, b: RepositoryName): boolean {
  return `${a.owner}/${a.name}`.toLowerCase() === `${b.owner}/${b.name}`.toLowerCase()
}

export async function withScratch<T>(parent: string | undefined, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent ?? tmpdir(), 'montana-sentinel-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
