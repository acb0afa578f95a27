import type { Credential, GithubTarget } from '../../contracts/config.js'
import type { GitAccess, Provider } from '../../contracts/provider.js'
import { appToken } from './app-token.js'
import { type ClientModules, createClient } from './client.js'
import { type Clock, systemClock } from './clock.js'
import { createContents } from './contents.js'
import { credentialExpiryMs } from './credential-expiry.js'
import { describeRepository } from './describe.js'
import { createOctokit } from './octokit.js'
import { checkPermissions } from './permissions.js'
import { createProviderClock } from './provider-clock.js'
import { createSecretStore } from './secrets.js'
import { fixedToken, type TokenSource } from './token-source.js'
import { createTransport } from './transport.js'
import { createVariableStore } from './variables.js'
import { createWorkflowControl } from './workflows.js'
import { createWriteLane } from './write-lane.js'

/** How git reaches a target; the same builder serves every provider. */
export type GitAccessBuilder = (init: {
  readonly url: string
  readonly username: string
  readonly credential: Exclude<Credential, { kind: 'app' }>
  readonly caFile: string | null
}) => Promise<GitAccess>

export interface GithubModules {
  readonly access: GitAccessBuilder
  readonly clock?: Clock
  /** `HTTPS_PROXY`, `NO_PROXY` and their like. */
  readonly proxyEnvironment?: Readonly<Record<string, string | undefined>>
  readonly pace?: Pace
  /** What remedies put before `TOKEN` and `REPO`; that of the slot unless given. */
  readonly keyPrefix?: string
}

export interface Pace {
  /** Default 1,000. */
  readonly writeSpacingMs?: number
  /** What counts as one second between tries; default 1,000. */
  readonly retryUnitMs?: number
  /** Default 30,000. */
  readonly requestTimeoutMs?: number
}

const RETRY_UNIT_MS = 1_000

export type GithubProvider = Required<Provider>

/** Spec repository-mirror 6.2–6.4. */
export function createGithubProvider(target: GithubTarget, modules: GithubModules): GithubProvider {
  const clock = modules.clock ?? systemClock
  let expiryMs: number | null = null
  const { tokens, ...wiring } = wire(target, modules, clock)
  const client = createClient({ ...wiring, tokens, onAnswer: (headers) => (expiryMs = credentialExpiryMs(headers)) })
  return {
    type: 'github',
    describe: (signal) => describeRepository(client, signal),
    test: (signal) => checkPermissions(client, tokens, signal),
    gitAccess: async (signal) => modules.access(gitAccessOf(target, await tokens.token(signal))),
    // The tokens of an App end within the hour and are renewed here: nobody has to replace them.
    credentialExpiry: () => (target.credential.kind === 'app' ? null : expiryMs),
    secrets: createSecretStore(client),
    variables: createVariableStore(client),
    workflows: createWorkflowControl(client, clock),
    contents: createContents(client),
    clock: createProviderClock(client),
  }
}

function wire(target: GithubTarget, modules: GithubModules, clock: Clock): ClientModules {
  const { repository, caFile, credential } = target
  const { writeSpacingMs, retryUnitMs = RETRY_UNIT_MS, requestTimeoutMs } = modules.pace ?? {}
  const { proxyEnvironment = {} } = modules
  const timeout = requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs }
  const transport = createTransport({ caFile, proxyEnvironment, ...timeout })
  const id = `${target.apiUrl} ${repository.owner}/${repository.name}`
  const octokit = createOctokit({ baseUrl: target.apiUrl, transport, id, retryUnitMs })
  const { keyPrefix = `MIRROR_${target.slot}_` } = modules
  const tokens = tokensOf(credential, { octokit, repository, clock, keyPrefix })
  const writes = createWriteLane(clock, writeSpacingMs)
  return { octokit, tokens, clock, writes, repository, keyPrefix }
}

function tokensOf(credential: Credential, modules: Parameters<typeof appToken>[1]): TokenSource {
  return credential.kind === 'app' ? appToken(credential, modules) : fixedToken(credential)
}

function gitAccessOf({ url, username, caFile, credential }: GithubTarget, token: string | null) {
  const overSsh = credential.kind === 'ssh' ? credential : ({ kind: 'none' } as const)
  return { url, username, caFile, credential: token === null ? overSsh : ({ kind: 'token', value: token } as const) }
}
