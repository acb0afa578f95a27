import { createAppAuth } from '@octokit/auth-app'
import type { Octokit } from '@octokit/core'
import { z } from 'zod'
import type { Credential, RepositoryName } from '../../contracts/config.js'
import { decodeAnswer } from './answers.js'
import { readAppKey, signAppJwt } from './app-jwt.js'
import type { Clock } from './clock.js'
import { failureOf } from './failures.js'
import { silentLog } from './octokit.js'
import type { TokenSource } from './token-source.js'

/** A token lives an hour. Spec repository-mirror 6.2. */
export const APP_TOKEN_RENEW_MS = 50 * 60_000
/** What the mirror needs at most; an installation grants all of it or less. Spec repository-mirror 6.2. */
const WANTED: Readonly<Record<string, 'read' | 'write'>> = {
  metadata: 'read',
  contents: 'write',
  workflows: 'write',
  secrets: 'write',
  actions_variables: 'write',
  actions: 'write',
  administration: 'write',
}

const INSTALLATION_ROUTE = 'GET /repos/{owner}/{repo}/installation'

const INSTALLATION = z.object({ id: z.int(), permissions: z.record(z.string().max(100), z.string().max(20)) })
type Installation = z.infer<typeof INSTALLATION>

export interface AppTokenModules {
  readonly octokit: Octokit
  readonly repository: RepositoryName
  readonly clock: Clock
  readonly keyPrefix: string
}

/** Tokens of the App's installation, narrowed to the one repository and the permissions that the mirror uses. */
export function appToken(
  credential: Extract<Credential, { kind: 'app' }>,
  { octokit, repository, clock, keyPrefix }: AppTokenModules,
): TokenSource {
  const key = readAppKey(credential.privateKeyPem)
  const jwtAt = (differenceS: number) => signAppJwt(credential.appId, key, clock.wallMs() + differenceS * 1_000)
  const createJwt = async (_id: string | number, differenceS = 0) => jwtAt(differenceS)
  const auth = createAppAuth({ appId: credential.appId, createJwt, request: octokit.request, log: silentLog })
  let held: { readonly token: string; readonly renewAtMs: number } | null = null

  /** Also where its id is known: what it grants is asked for, and no more. */
  async function installation(signal: AbortSignal): Promise<Installation> {
    const place = { owner: repository.owner, repo: repository.name }
    const headers = { authorization: `bearer ${jwtAt(0).jwt}` }
    const { data } = await octokit.request(INSTALLATION_ROUTE, { ...place, headers, request: { signal } })
    return decodeAnswer(INSTALLATION, data, INSTALLATION_ROUTE)
  }

  async function renew(signal: AbortSignal): Promise<string> {
    const renewAtMs = clock.monotonicMs() + APP_TOKEN_RENEW_MS
    const { id, permissions } = await installation(signal)
    const narrowed = { repositoryNames: [repository.name], permissions: narrow(permissions) }
    const installationId = credential.installationId ?? id
    const { token } = await auth({ type: 'installation', installationId, refresh: true, ...narrowed })
    held = { token, renewAtMs }
    return token
  }

  async function asApp<T>(work: Promise<T>): Promise<T> {
    const what = `App ${credential.appId} for ${repository.owner}/${repository.name}`
    return await work.catch((error) => Promise.reject(failureOf(error, { what, keyPrefix }, clock.wallMs())))
  }

  return {
    token: async (signal) =>
      held !== null && clock.monotonicMs() < held.renewAtMs ? held.token : asApp(renew(signal)),
    refuse: () => {
      const another = held !== null
      held = null
      return another
    },
    permissions: async (signal) => (await asApp(installation(signal))).permissions,
  }
}

/** Asking for more than was granted is refused as a whole. */
function narrow(granted: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(WANTED).filter((name) => granted[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, granted[name] === 'read' ? 'read' : (WANTED[name] ?? 'read')]))
}
