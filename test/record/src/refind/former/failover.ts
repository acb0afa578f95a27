import type { SourcePatch } from '@montana/simulation'
import type { FormerBug } from '../former-bug.js'

const core = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/failover/src/core/${file}`, find, replace }
}

export const FAILOVER_BUGS: readonly FormerBug[] = [
  {
    id: 'SIM-3',
    patches: [core('eligibility.ts', 'return nowMs - lease.contactMs > coordinator.ttlMs', 'return false')],
  },
  {
    id: 'FAIL-1',
    patches: [
      core('knowledge.ts', 'const isOlder = (next.highestMs[policy] ?? NEVER) > madeMs', 'const isOlder = false'),
    ],
  },
  {
    id: 'FAIL-2',
    patches: [
      core(
        'handover.ts',
        'if (view.nowMs >= grant.untilMs || isTaken(turn, grant))',
        'if (view.nowMs >= grant.untilMs)',
      ),
    ],
  },
]
