import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FenceRecord } from '../../src/contracts/fence.js'
import { sign } from '../../src/fence/sign.js'
import { EXAMPLE, RoleWorld, type Side } from '../support/role-world.js'
import { checkout, type Ended, runScript, startScript } from './bundle.js'

/** Over before a drain can be. */
const NO_PERMIT_MINUTES = 1e-4

export interface Answer extends Ended {
  readonly result: Record<string, unknown>
}

/** Both repositories, and the bundled script as a step of a workflow runs it in either of them. */
export class ScriptWorld {
  readonly roles: RoleWorld
  readonly folder: string
  /** May write the contents of the fence and nothing else. */
  readonly fenceToken: string
  /** May all that a sentinel needs. */
  readonly sentinelToken: string
  readonly #printed: string[] = []

  private constructor(roles: RoleWorld, folder: string) {
    const { stand } = roles
    this.roles = roles
    this.folder = folder
    this.fenceToken = stand.createToken({ account: 'second', permissions: { contents: 'write' } })
    const all = {
      contents: 'write',
      workflows: 'write',
      secrets: 'write',
      variables: 'write',
      actions: 'write',
    } as const
    this.sentinelToken = stand.createToken({ account: 'second', permissions: all })
  }

  static async open(): Promise<ScriptWorld> {
    const manifest = readFileSync(join(EXAMPLE, 'montana.mirror.json'), 'utf8')
    return new ScriptWorld(await RoleWorld.open(), await checkout(manifest))
  }

  /** What a guarded job of the primary is handed. */
  get ofPrimary(): Record<string, string> {
    const fence = { MIRROR_FENCE_REPO: 'second/continuity', MIRROR_FENCE_TOKEN: this.fenceToken }
    return { ...this.#common(this.roles.primary), MIRROR_ROLE: 'MASTER', ...fence }
  }

  get ofReplica(): Record<string, string> {
    const role = this.roles.replica.repository.variables.get('MIRROR_ROLE') ?? ''
    const primary = { MASTER_REPO: 'first/continuity' }
    return {
      ...this.#common(this.roles.replica),
      MIRROR_ROLE: role,
      ...primary,
      MIRROR_SENTINEL_TOKEN: this.sentinelToken,
    }
  }

  async run(verb: string, environment: Record<string, string>): Promise<Answer> {
    const ended = await runScript(this.folder, verb, environment)
    this.#printed.push(ended.stdout, ended.stderr)
    return { ...ended, result: JSON.parse(ended.stdout) }
  }

  /** A run that the test ends itself. */
  start(verb: string, environment: Record<string, string>): ChildProcess {
    return startScript(this.folder, verb, environment)
  }

  /** Everything that any run has printed. */
  get printed(): string {
    return this.#printed.join('\n')
  }

  async record(): Promise<FenceRecord> {
    const entry = await (await this.roles.fence()).read(this.roles.signal)
    if (entry === null) throw new Error('the fence has no record')
    return entry.record
  }

  /** Past the rules, as whoever writes the fence by hand. */
  async rewrite(change: Partial<FenceRecord>): Promise<FenceRecord> {
    const fence = await this.roles.fence()
    const entry = await fence.read(this.roles.signal)
    if (entry === null) throw new Error('the fence has no record')
    const next = { ...entry.record, ...sign('test', 'rewritten', Date.now()), ...change }
    await fence.swap(entry, next, this.roles.signal)
    return next
  }

  /** A hand-back may begin; no permit is to be waited for, as if there were no processes on hosts. */
  async ready(): Promise<FenceRecord> {
    return await this.rewrite({ state: 'handback-ready', permitMinutes: NO_PERMIT_MINUTES })
  }

  async promoted(state: FenceRecord['state'] = 'active'): Promise<FenceRecord> {
    const { replica } = this.roles
    replica.repository.setVariable('MIRROR_ROLE', 'TEMPORARY_MASTER')
    replica.repository.setVariable('ADAPTER_MOCK_MODE', 'false')
    return await this.rewrite({ epoch: 2, holder: replica.id, role: 'TEMPORARY_MASTER', state })
  }

  #common({ repository }: Side): Record<string, string> {
    const { url } = this.roles.stand
    const own = { GITHUB_REPOSITORY: repository.fullName, GITHUB_REPOSITORY_ID: String(repository.id) }
    return { ...own, GITHUB_API_URL: url, GITHUB_SERVER_URL: url, MIRROR_ENABLED: 'true' }
  }
}
