import type { StandClock } from '../clock.js'
import { readRefs, resolveCommit } from '../git/objects.js'
import { runGit } from '../git/run-git.js'
import { writeCommit } from '../git/write-commit.js'
import type { Account } from './accounts.js'
import { type Run, Runs } from './runs.js'
import { Secrets } from './secrets.js'
import { Variables } from './variables.js'
import { type WorkflowRecord, Workflows } from './workflows.js'

export type Role = 'read' | 'write' | 'admin'

export interface RepositoryOptions {
  readonly owner: string
  readonly name: string
  /** True unless given. Only the schedules of public repositories end after 60 quiet days. */
  readonly private?: boolean
  readonly defaultBranch?: string
  /** Logins of others and what they may do; the owner is admin. */
  readonly collaborators?: Readonly<Record<string, Role>>
}

export interface RepositoryInit {
  readonly id: number
  readonly account: Account
  readonly folder: string
  readonly clock: StandClock
  readonly options: RepositoryOptions
  readonly nextRunId: () => number
  readonly nextWorkflowId: () => number
  readonly registrationDelayMs: () => number
  readonly rename: (name: string) => void
  readonly remove: () => Promise<void>
}

export interface CommitOptions {
  /** Path to content; null removes the file. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>
  readonly message?: string
  readonly branch?: string
}

/** One repository of the stand, with the side of it that no API shows. */
export class StandRepository {
  readonly id: number
  /** The bare repository on disk; pushes and reads by path are welcome. */
  readonly path: string
  readonly defaultBranch: string
  readonly createdAtMs: number
  readonly collaborators: ReadonlyMap<string, Role>
  readonly secretStore: Secrets
  readonly variableStore: Variables
  readonly workflowStore: Workflows
  readonly runs: Runs
  name: string
  isPrivate: boolean
  isArchived = false
  isActionsEnabled = true
  allowedActions: 'all' | 'local_only' | 'selected' = 'all'
  pushedAtMs: number
  readonly #init: RepositoryInit

  constructor(init: RepositoryInit) {
    const { id, clock, options, folder } = init
    this.#init = init
    this.id = id
    this.path = folder
    this.name = options.name
    this.isPrivate = options.private ?? true
    this.defaultBranch = options.defaultBranch ?? 'main'
    this.createdAtMs = clock.nowMs()
    this.pushedAtMs = this.createdAtMs
    this.collaborators = rolesByLogin(options.collaborators ?? {})
    this.secretStore = new Secrets(clock)
    this.variableStore = new Variables(clock)
    this.runs = new Runs(clock, init.nextRunId)
    this.workflowStore = workflowsOf(init, () => !this.isPrivate)
  }

  get account(): Account {
    return this.#init.account
  }

  get owner(): string {
    return this.#init.account.login
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`
  }

  /** Plain values by name in upper case: what a workflow would see. */
  get secrets(): ReadonlyMap<string, string> {
    return this.secretStore.plain()
  }

  get variables(): ReadonlyMap<string, string> {
    return this.variableStore.plain()
  }

  /** As if written on the settings page. */
  setSecret(name: string, value: string): void {
    this.secretStore.put(name, value)
  }

  setVariable(name: string, value: string): void {
    this.variableStore.set(name, value)
  }

  /** Seals for the former key are refused with 422 from now on. */
  rotateKey(): void {
    this.secretStore.rotateKey()
  }

  async workflows(): Promise<readonly WorkflowRecord[]> {
    return await this.workflowStore.list()
  }

  /** Newest first. */
  listRuns(): readonly Run[] {
    return this.runs.list()
  }

  /** Full ref names and their tips. */
  async refs(): Promise<ReadonlyMap<string, string>> {
    return await readRefs(this.path)
  }

  /** The commit of a branch, tag or full ref, of the default branch when none is named; undefined when there is none. */
  async tip(ref: string = this.defaultBranch): Promise<string | undefined> {
    return await resolveCommit(this.path, ref)
  }

  /** Commits without a checkout, as if written on the web page; answers the commit's id. */
  async commit({ branch = this.defaultBranch, ...options }: CommitOptions): Promise<string> {
    const commit = await writeCommit(this.path, { ...options, branch, atMs: this.#init.clock.nowMs() })
    await this.noticePush()
    return commit
  }

  /** Makes `refs/pull/<number>/head`, which everyone can read and nobody can push. */
  async addPullRequest(number: number, commit: string): Promise<void> {
    await runGit(this.path, ['update-ref', `refs/pull/${number}/head`, commit])
  }

  /** Takes in what a push by path has changed; pushes over http do this by themselves. */
  async noticePush(): Promise<void> {
    this.pushedAtMs = this.#init.clock.nowMs()
    await this.workflowStore.refresh()
  }

  /** Old name answers 301 from now on. */
  rename(name: string): void {
    this.#init.rename(name)
  }

  archive(isArchived = true): void {
    this.isArchived = isArchived
  }

  /** Answers 404 from now on; the bare repository is removed. */
  async delete(): Promise<void> {
    await this.#init.remove()
  }
}

function rolesByLogin(roles: Readonly<Record<string, Role>>): ReadonlyMap<string, Role> {
  return new Map(Object.entries(roles).map(([login, role]) => [login.toLowerCase(), role]))
}

function workflowsOf(init: RepositoryInit, isPublic: () => boolean): Workflows {
  const { clock, folder, nextWorkflowId, registrationDelayMs } = init
  return new Workflows({ clock, folder, nextId: nextWorkflowId, registrationDelayMs, isPublic })
}
