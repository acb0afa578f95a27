import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TimeSource } from '@montana/foundation'
import type { Run, StandRepository } from '@montana/github-stand'
import {
  type Fence,
  type GithubProvider,
  type GithubTarget,
  guard,
  openRemoteGit,
  type RemoteGit,
  type Role,
} from '@montana/mirror'
import { run } from './process.js'

const MINUTE_MS = 60_000
const ROLES: readonly string[] = ['MASTER', 'TEMPORARY_MASTER']

export interface SideInit {
  readonly name: string
  readonly repository: StandRepository
  readonly target: GithubTarget
  readonly provider: GithubProvider
  readonly fence: () => Promise<Fence>
  /** For checkouts. */
  readonly folder: string
  readonly time: TimeSource
}

/** One repository with what its provider runs: the tick of the example, by its guard, in a checkout of its own. */
export class Side {
  readonly name: string
  readonly repository: StandRepository
  readonly target: GithubTarget
  readonly provider: GithubProvider
  readonly id: string
  readonly #init: SideInit
  isDead = false

  constructor(init: SideInit) {
    this.#init = init
    this.name = init.name
    this.repository = init.repository
    this.target = init.target
    this.provider = init.provider
    this.id = `github:${init.repository.id}`
    this.repository.runs.onChange((started) => {
      if (started.status === 'queued') void this.#check(started)
    })
  }

  get role(): Role | null {
    const role = this.repository.variables.get('MIRROR_ROLE') ?? ''
    return ROLES.includes(role) || role === 'SLAVE' ? (role as Role) : null
  }

  async openGit(folder: string, signal: AbortSignal): Promise<RemoteGit> {
    return await openRemoteGit({ folder, access: (stop) => this.provider.gitAccess(stop) }, signal)
  }

  /** What the schedule of `cron.yml` does; why nothing was done, or null after a tick. */
  async tick(signal: AbortSignal): Promise<string | null> {
    if (this.isDead) return 'dead'
    const cron = (await this.repository.workflows()).find(({ path }) => path.endsWith('/cron.yml'))
    if (cron?.state !== 'active') return 'its workflow is disabled'
    if (this.role === null || this.role === 'SLAVE') return 'its role does not act'
    const refused = await this.#guard(null, signal)
    if (refused !== null) return refused
    await this.#script({ CHECK: 'false' })
    return null
  }

  /** A proof that a promotion asks for: the same job, by dispatch. */
  async #check(started: Run): Promise<void> {
    const { signal } = new AbortController()
    this.repository.runs.start(started.id)
    const inputs = started.inputs as Readonly<Record<string, string>>
    const refused = await this.#guard(inputs.nonce ?? null, signal)
    const isDone =
      refused === null &&
      (await this.#script({ CHECK: 'true' }).then(
        () => true,
        () => false,
      ))
    this.repository.runs.complete(started.id, isDone ? 'success' : 'failure')
  }

  async #guard(nonce: string | null, signal: AbortSignal): Promise<string | null> {
    const { fence, time } = this.#init
    const settings = { enabled: true, autoPromote: true, permitMs: 30 * MINUTE_MS }
    const gate = this.repository.variables.get('ADAPTER_MOCK_MODE')
    const content = gate === undefined ? {} : { gates: { ADAPTER_MOCK_MODE: gate } }
    const init = {
      fence: await fence(),
      self: this.id,
      role: this.role,
      settings,
      content,
      actor: this.name,
      nonce,
      time,
    }
    const { permission } = await guard(init, signal)
    return permission.act ? null : permission.reason
  }

  async #script(extra: Readonly<Record<string, string>>): Promise<void> {
    const folder = await mkdtemp(join(this.#init.folder, 'checkout-'))
    const { variables, secrets } = this.repository
    const named = (from: ReadonlyMap<string, string>, name: string) => ({ [name]: from.get(name) ?? '' })
    const environment = {
      ...named(variables, 'ADAPTER_MOCK_MODE'),
      ...named(variables, 'MAIL_URL'),
      ...named(variables, 'MIRROR_EPOCH'),
      ...named(secrets, 'MAIL_TOKEN'),
      ...extra,
    }
    await run('git', ['clone', '--quiet', this.repository.path, folder], { cwd: this.#init.folder })
    await run(process.execPath, ['scripts/tick.mjs'], { cwd: folder, environment })
    await rm(folder, { recursive: true, force: true })
  }
}
