import { createGitAccess } from '../../../src/push/access.js'
import type { PushRequest, PushTarget } from '../../../src/push/run.js'
import type { Workshop } from './repositories.js'

export const WALL_MS = Date.parse('2026-02-07T05:00:00Z')

export const TARGET: PushTarget = {
  refs: ['refs/heads/*', 'refs/tags/*'],
  onDiverge: 'refuse',
  lfs: 'auto',
  pushTimeoutMs: { first: 60_000, later: 60_000 },
  defaultBranch: 'main',
}

export interface Changes {
  readonly target?: Partial<PushTarget>
  readonly pushed?: Readonly<Record<string, string>>
  readonly reset?: 'isolated' | 'leader'
  readonly accepted?: Readonly<Record<string, string>>
  readonly url?: string
  readonly token?: string
  readonly signal?: AbortSignal
}

export async function requestFor({ source, target }: Workshop, changes: Changes = {}): Promise<PushRequest> {
  const credential =
    changes.token === undefined ? ({ kind: 'none' } as const) : ({ kind: 'token', value: changes.token } as const)
  const access = await createGitAccess({
    url: changes.url ?? target,
    username: 'x-access-token',
    credential,
    caFile: null,
    proxies: {},
  })
  return {
    source,
    target: { ...TARGET, ...changes.target },
    access,
    pushed: new Map(Object.entries(changes.pushed ?? {})),
    reset: { mode: changes.reset ?? 'leader', accepted: new Map(Object.entries(changes.accepted ?? {})) },
    wallMs: WALL_MS,
    signal: changes.signal ?? AbortSignal.timeout(60_000),
  }
}
