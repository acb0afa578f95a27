import {
  type GithubStand,
  type GithubStandOptions,
  type StandRepository,
  startGithubStand,
} from '@montana/github-stand'
import { onTestFinished } from 'vitest'
import type { Credential, GithubTarget } from '../../src/contracts/config.js'
import type { Clock } from '../../src/providers/github/clock.js'
import {
  createGithubProvider,
  type GitAccessBuilder,
  type GithubProvider,
  type Pace,
} from '../../src/providers/github/provider.js'
import { githubTarget } from './github-target.js'

export const OWNER = 'backup-account'
export const NAME = 'orchestrator'
export const ALL_PERMISSIONS = {
  contents: 'write',
  workflows: 'write',
  secrets: 'write',
  variables: 'write',
  actions: 'write',
  administration: 'write',
} as const

export interface OnStand {
  readonly stand: GithubStand
  readonly repository: StandRepository
  readonly token: string
  readonly clock: Clock
  readonly provider: GithubProvider
  /** `METHOD rest-of-the-path` of each request since the last call. */
  lines(): string[]
}

export interface OnStandOptions {
  readonly stand?: GithubStandOptions
  readonly target?: Partial<GithubTarget>
  readonly credential?: (stand: GithubStand) => Credential
  readonly pace?: Pace
  readonly enterprise?: boolean
}

/** A wait moves the clock of the stand, so that a minute of spaced writes takes no time and still counts for its limits. */
export function clockOf({ clock }: GithubStand): Clock {
  return {
    wallMs: () => clock.nowMs(),
    monotonicMs: () => clock.nowMs(),
    async sleep(ms, signal) {
      signal.throwIfAborted()
      clock.advance(ms)
    },
  }
}

/** A repository on a stand of its own, and the provider that speaks to it. */
export async function onStand(options: OnStandOptions = {}): Promise<OnStand> {
  const stand = await startGithubStand(options.stand)
  onTestFinished(() => stand.close())
  const repository = await stand.createRepository({ owner: OWNER, name: NAME })
  const token = stand.createToken({ account: OWNER, permissions: ALL_PERMISSIONS })
  const credential = options.credential?.(stand) ?? ({ kind: 'token', value: token } as const)
  const apiUrl = options.enterprise ? stand.enterpriseApiUrl : stand.url
  const target = githubTarget({ apiUrl, credential, url: stand.gitUrl(repository.fullName), ...options.target })
  const clock = clockOf(stand)
  const provider = createGithubProvider(target, {
    clock,
    access: plainAccess,
    pace: { retryUnitMs: 1, ...options.pace },
  })
  return { stand, repository, token, clock, provider, lines: () => linesOf(stand) }
}

function linesOf(stand: GithubStand): string[] {
  const lines = stand.requests.lines().map((line) => line.replace(`/repos/${OWNER}/${NAME}`, '').replace(/ \/?/, ' '))
  stand.requests.clear()
  return lines
}

/** Shows what the builder of git's access was given. */
const plainAccess: GitAccessBuilder = async ({ url, username, credential }) => {
  const secrets = credential.kind === 'token' ? [credential.value] : []
  return { url, environment: { USERNAME: username }, settings: [], secrets }
}
