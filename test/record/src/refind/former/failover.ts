import type { SourcePatch } from '@montana/simulation'
import type { FormerBug } from '../former-bug.js'

const part = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/failover/src/${file}`, find, replace }
}
const core = (file: string, find: string, replace: string): SourcePatch => part(`core/${file}`, find, replace)

export const FAILOVER_BUGS: readonly FormerBug[] = [
  {
    id: 'SIM-3',
    expects: "to deeply equal [ 'moscow' ]",
    patches: [core('eligibility.ts', 'return nowMs - lease.contactMs > coordinator.ttlMs', 'return false')],
  },
  {
    id: 'FAIL-1',
    expects: "kind: 'promote'",
    patches: [
      core('knowledge.ts', 'const isOlder = (next.highestMs[policy] ?? NEVER) > madeMs', 'const isOlder = false'),
    ],
  },
  {
    id: 'FAIL-2',
    expects: 'grantedTo: null, isEligible: true',
    patches: [
      core(
        'handover.ts',
        'if (view.nowMs >= grant.untilMs || isTaken(turn, grant))',
        'if (view.nowMs >= grant.untilMs)',
      ),
    ],
  },
  {
    id: 'FAIL-4',
    expects: "'standby' to be 'acting'",
    patches: [
      core(
        'decide.ts',
        "own.claim.state !== 'standby' || isOffered(own, nowMs)",
        "own.claim.state !== 'standby' || nowMs < 0",
      ),
      core('decide.ts', 'own.offer !== null && before.offer === null', 'false'),
    ],
  },
  { id: 'FAIL-5', expects: "policy: 'serve'", patches: [part('history/incidents.ts', ' && !isHandover', '')] },
  {
    id: 'FAIL-7',
    expects: 'ECONNRESET',
    patches: [part('witness/server.ts', 'limitPerAddress(app.server, CONNECTIONS_PER_ADDRESS_MAX)', '')],
  },
  {
    id: 'FAIL-12',
    expects: 'to be +0',
    patches: [part('witness/uptime.ts', 'if (now - this.#seenMs > STANDSTILL_MS) this.#sinceMs = now', '')],
  },
  {
    id: 'FAIL-13',
    expects: 'to be greater than 270000',
    patches: [
      core(
        'tenure.ts',
        "if (standing === 'majority' || settings.coordinator.kind === 'etcd') return own",
        "if (settings.coordinator.kind === 'etcd' && standing) return own",
      ),
    ],
  },
]
