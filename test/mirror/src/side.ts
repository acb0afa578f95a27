import type { StandRepository } from '@montana/github-stand'
import type { RunOutcome, WorkflowRunner } from '@montana/github-stand/runner'
import { type GithubProvider, type GithubTarget, openRemoteGit, type RemoteGit, type Role } from '@montana/mirror'

const ROLES: readonly string[] = ['MASTER', 'SLAVE', 'TEMPORARY_MASTER']

export interface SideInit {
  readonly name: string
  readonly repository: StandRepository
  readonly target: GithubTarget
  readonly provider: GithubProvider
  /** Executes the workflows of this repository as its provider does. */
  readonly runner: WorkflowRunner
}

/** One repository with what its provider runs: the workflows of the example, whose first step is the guard. */
export class Side {
  readonly name: string
  readonly repository: StandRepository
  readonly target: GithubTarget
  readonly provider: GithubProvider
  readonly id: string
  readonly #runner: WorkflowRunner
  isDead = false

  constructor({ name, repository, target, provider, runner }: SideInit) {
    this.name = name
    this.repository = repository
    this.target = target
    this.provider = provider
    this.id = `github:${repository.id}`
    this.#runner = runner
  }

  get role(): Role | null {
    const role = this.repository.variables.get('MIRROR_ROLE') ?? ''
    return ROLES.includes(role) ? (role as Role) : null
  }

  async openGit(folder: string, signal: AbortSignal): Promise<RemoteGit> {
    return await openRemoteGit({ folder, access: (stop) => this.provider.gitAccess(stop) }, signal)
  }

  /** What the schedule of `cron.yml` does; why nothing was done, or null after a tick. */
  async tick(): Promise<string | null> {
    if (this.isDead) return 'dead'
    const [outcome] = await this.#runner.trigger('schedule', { workflow: 'cron.yml' })
    return outcome === undefined ? 'its workflow is disabled' : whyNot(outcome)
  }

  async close(): Promise<void> {
    await this.#runner.close()
  }
}

function whyNot({ conclusion, jobs }: RunOutcome): string | null {
  if (conclusion === 'success') return null
  if (conclusion === 'skipped') return 'its role does not act'
  const failed = jobs.flatMap(({ steps }) => steps).find((step) => step.conclusion === 'failure')
  const line = failed?.output.split('\n').find((each) => !each.startsWith('{'))
  return line?.replace(/^nothing is done here: /, '') ?? conclusion
}
