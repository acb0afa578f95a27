import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StandClock } from '../clock.js'
import { StandError } from '../errors.js'
import { appendSettings, createBareRepository, type GitSetting, writeHook } from '../git/bare-repository.js'
import { WORKFLOW_SCOPE_HOOK } from '../git/workflow-scope.js'
import type { Accounts } from './accounts.js'
import { type RepositoryOptions, StandRepository } from './repository.js'
import { runIds } from './runs.js'

export interface RepositoriesInit {
  readonly folder: string
  readonly clock: StandClock
  readonly accounts: Accounts
  readonly registrationDelayMs: () => number
}

const NAME = /^[A-Za-z0-9._-]{1,100}$/
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/

/** Repositories by numeric id, by name and by the names they had. */
export class Repositories {
  readonly #init: RepositoriesInit
  readonly #byId = new Map<number, StandRepository>()
  /** Lower-case full name to id; former names included. */
  readonly #ids = new Map<string, number>()
  readonly #nextRunId = runIds()
  #nextId = 700_000_001
  #nextWorkflowId = 5_001

  constructor(init: RepositoriesInit) {
    this.#init = init
  }

  async create(options: RepositoryOptions): Promise<StandRepository> {
    if (!LOGIN.test(options.owner) || !NAME.test(options.name)) {
      throw new StandError('STAND_CONFLICT', `${options.owner}/${options.name} is no name that GitHub would take`)
    }
    this.#refuseTaken(options.owner, options.name)
    const id = this.#nextId++
    const folder = join(this.#init.folder, `${id}.git`)
    const repository = this.#make(id, folder, options)
    this.#byId.set(id, repository)
    this.#ids.set(keyOf(options.owner, options.name), id)
    await makeFolder(folder, repository.defaultBranch)
    return repository
  }

  byId(id: number): StandRepository | undefined {
    return this.#visible(id)
  }

  /** By current or former name; whether it is the current one shows in the repository. */
  byName(owner: string, name: string): StandRepository | undefined {
    return this.#visible(this.#ids.get(keyOf(owner, name)) ?? -1)
  }

  #visible(id: number): StandRepository | undefined {
    const repository = this.#byId.get(id)
    return repository?.account.isGone ? undefined : repository
  }

  #make(id: number, folder: string, options: RepositoryOptions): StandRepository {
    const { clock, accounts, registrationDelayMs } = this.#init
    return new StandRepository({
      ...{ id, folder, clock, options, registrationDelayMs, account: accounts.get(options.owner) },
      nextRunId: this.#nextRunId,
      nextWorkflowId: () => this.#nextWorkflowId++,
      rename: (name) => this.#rename(id, name),
      remove: () => this.#remove(id),
    })
  }

  #rename(id: number, name: string): void {
    const repository = this.#byId.get(id)
    if (repository === undefined) return
    this.#refuseTaken(repository.owner, name)
    repository.name = name
    this.#ids.set(keyOf(repository.owner, name), id)
  }

  async #remove(id: number): Promise<void> {
    const repository = this.#byId.get(id)
    this.#byId.delete(id)
    if (repository !== undefined) await rm(repository.path, { recursive: true, force: true })
  }

  #refuseTaken(owner: string, name: string): void {
    const holder = this.byName(owner, name)
    if (holder !== undefined && holder.name.toLowerCase() === name.toLowerCase()) {
      throw new StandError('STAND_CONFLICT', `there is already a repository ${owner}/${name}`)
    }
  }
}

function keyOf(owner: string, name: string): string {
  return `${owner}/${name}`.toLowerCase()
}

/** As GitHub sets its repositories up: pull requests are read-only, any object can be asked for by id. */
async function makeFolder(folder: string, defaultBranch: string): Promise<void> {
  await createBareRepository(folder, { defaultBranch, hideRefs: ['refs/pull'] })
  await writeHook(folder, 'proc-receive', WORKFLOW_SCOPE_HOOK)
  const settings: GitSetting[] = [
    ['http', 'receivepack', 'true'],
    ['uploadpack', 'allowAnySHA1InWant', 'true'],
    ['uploadpack', 'allowFilter', 'true'],
  ]
  await appendSettings(folder, settings)
}
