import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StandClock } from './clock.js'
import { StandError } from './errors.js'
import { Faults } from './faults.js'
import type { GithubStandOptions } from './options.js'
import type { StandParts } from './parts.js'
import { RequestLog } from './request-log.js'
import { createServer } from './server.js'
import { Accounts } from './state/accounts.js'
import { type AppOptions, Apps, type InstallationOptions } from './state/apps.js'
import { Limits } from './state/limits.js'
import type { Permissions } from './state/permissions.js'
import { Repositories } from './state/repositories.js'
import type { RepositoryOptions, StandRepository } from './state/repository.js'
import { type Scope, Tokens } from './state/tokens.js'

const HOST = '127.0.0.1'

interface TokenCommon {
  /** Login of the account. */
  readonly account: string
  /** On the stand's clock; never when not given. */
  readonly expiresInMs?: number
  /** What the request log calls it; account and kind unless given. */
  readonly label?: string
}

export interface ClassicTokenOptions extends TokenCommon {
  readonly scopes: readonly Scope[]
}

export interface FineGrainedTokenOptions extends TokenCommon {
  readonly permissions: Permissions
  /** Full names, or all of the account's; all unless given. */
  readonly repositories?: readonly string[] | 'all'
}

/** A running stand-in of GitHub on loopback. */
export class GithubStand {
  /** `http://127.0.0.1:<port>`: base of the web pages and of git, and of the API as on api.github.com. */
  readonly url: string
  /** Base of the API as on an Enterprise Server. */
  readonly enterpriseApiUrl: string
  readonly clock: StandClock
  readonly requests: RequestLog
  readonly faults: Faults
  readonly limits: Limits
  readonly #parts: StandParts
  readonly #close: () => Promise<void>

  constructor(parts: StandParts, url: string, close: () => Promise<void>) {
    this.url = url
    this.enterpriseApiUrl = `${url}/api/v3`
    this.clock = parts.clock
    this.requests = parts.requests
    this.faults = parts.faults
    this.limits = parts.limits
    this.#parts = parts
    this.#close = close
  }

  /** Makes an empty repository; its account is made with it. */
  async createRepository(options: RepositoryOptions): Promise<StandRepository> {
    return await this.#parts.repositories.create(options)
  }

  /** By `owner/name` (also a former one) or numeric id; {@link StandError} when there is none. */
  repository(nameOrId: string | number): StandRepository {
    const { repositories } = this.#parts
    const [owner = '', name = ''] = String(nameOrId).split('/')
    const found = typeof nameOrId === 'number' ? repositories.byId(nameOrId) : repositories.byName(owner, name)
    if (found === undefined) throw new StandError('STAND_UNKNOWN', `there is no repository ${nameOrId}`)
    return found
  }

  /** Where git pushes to and clones from. */
  gitUrl(nameOrId: string | number): string {
    return `${this.url}/${this.repository(nameOrId).fullName}.git`
  }

  /** A personal access token: classic with `scopes`, fine-grained with `permissions`. */
  createToken(options: ClassicTokenOptions | FineGrainedTokenOptions): string {
    const { account, label } = options
    const expiresAtMs = this.#expiry(options)
    if ('scopes' in options) {
      const common = { kind: 'classic', account, expiresAtMs, label: label ?? `${account} classic` } as const
      return this.#parts.tokens.issue({ ...common, scopes: options.scopes })
    }
    const common = { kind: 'fine-grained', account, expiresAtMs, label: label ?? `${account} fine-grained` } as const
    const repositories = this.#ids(options.repositories ?? 'all')
    return this.#parts.tokens.issue({ ...common, permissions: options.permissions, repositories })
  }

  /** The `GITHUB_TOKEN` of a workflow in a repository: never for secrets or variables, whatever it is given. */
  createWorkflowToken(nameOrId: string | number, permissions: Permissions): string {
    const { id, owner, name } = this.repository(nameOrId)
    const common = { kind: 'workflow', account: owner, label: `workflow of ${name}`, expiresAtMs: undefined } as const
    return this.#parts.tokens.issue({ ...common, permissions, repositories: [id] })
  }

  /** 401 from now on. */
  revokeToken(token: string): void {
    this.#parts.tokens.revoke(token)
  }

  /** Answers the App's id. */
  createApp(options: AppOptions): number {
    return this.#parts.apps.register(options).id
  }

  /** Answers the installation's id. */
  installApp(
    options: Omit<InstallationOptions, 'repositories'> & { repositories?: readonly string[] | 'all' },
  ): number {
    const repositories = this.#ids(options.repositories ?? 'all')
    return this.#parts.apps.install({ ...options, repositories }, this.clock.nowMs()).id
  }

  /** All its repositories answer 404 and its tokens 401, until it is restored. */
  removeAccount(login: string): void {
    this.#parts.accounts.get(login).isGone = true
  }

  restoreAccount(login: string): void {
    this.#parts.accounts.get(login).isGone = false
  }

  /** Ends all connections, those that hang too, and removes the repositories when their folder was the stand's own. */
  async close(): Promise<void> {
    await this.#close()
  }

  #expiry({ expiresInMs }: TokenCommon): number | undefined {
    return expiresInMs === undefined ? undefined : this.clock.nowMs() + expiresInMs
  }

  #ids(names: readonly string[] | 'all'): readonly number[] | 'all' {
    return names === 'all' ? 'all' : names.map((name) => this.repository(name).id)
  }
}

/** Starts a stand on a free port of 127.0.0.1. */
export async function startGithubStand(options: GithubStandOptions = {}): Promise<GithubStand> {
  const folder = await folderOf(options)
  const parts = createParts(options, folder)
  const server = createServer(parts, folder)
  await server.listen({ host: HOST, port: 0 })
  const { port } = server.server.address() as AddressInfo
  return new GithubStand(parts, `http://${HOST}:${port}`, async () => {
    await server.close()
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  })
}

async function folderOf({ folder }: GithubStandOptions): Promise<string> {
  if (folder === undefined) return await realpath(await mkdtemp(join(tmpdir(), 'github-stand-')))
  await mkdir(folder, { recursive: true })
  return await realpath(folder)
}

function createParts(options: GithubStandOptions, folder: string): StandParts {
  const clock = new StandClock()
  const accounts = new Accounts()
  const registrationDelayMs = () => options.workflowRegistrationDelayMs ?? 0
  return {
    ...{ clock, accounts, options, tokens: new Tokens(clock, accounts), apps: new Apps() },
    repositories: new Repositories({ folder, clock, accounts, registrationDelayMs }),
    limits: new Limits(clock, options.limits),
    ...{ faults: new Faults(), requests: new RequestLog() },
  }
}
