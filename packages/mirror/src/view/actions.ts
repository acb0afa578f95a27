import { roleWords } from '../decide/role-words.js'
import type { TargetFacts, ViewParts } from './parts.js'
import type { ActionName, ActionView, TargetView } from './types.js'

const YES: ActionView = { enabled: true, why: null }

/** What can be done with a target now, and why not. The routes refuse by the same answer. */
export function actionsOf(parts: ViewParts, facts: TargetFacts): TargetView['actions'] {
  const ask = (name: ActionName, why: string | null): ActionView => {
    if (!parts.offered.has(name)) return no('not offered here')
    return why === null ? YES : no(why)
  }
  return {
    sync: ask('sync', syncProblem(parts, facts)),
    test: ask('test', null),
    resume: ask('resume', isPaused(parts) ? null : 'nothing is paused'),
    dropRescue: ask('dropRescue', facts.refs.some(({ rescueRefs }) => rescueRefs.length > 0) ? null : 'none is kept'),
    promote: ask('promote', promoteProblem(facts)),
    demote: ask('demote', demoteProblem(parts, facts)),
    remove: ask('remove', null),
    recover: ask('recover', recoverProblem(parts, facts)),
    approve: ask('approve', facts.held ? null : 'no push waits for an approval'),
  }
}

function syncProblem(parts: ViewParts, { target }: TargetFacts): string | null {
  const { config, self, fence } = parts
  if (!config.enabled) return 'mirroring is off: set MIRROR_ENABLED=true'
  if (config.role !== 'MASTER') return `this repository is ${roleWords(config.role)}`
  if (!target.enabled) return 'the target is off'
  if (isPaused(parts)) return 'the mirrors are paused by a reset of the history'
  const record = fence.entry?.record
  return record && record.holder !== self ? `${record.holder} holds epoch ${record.epoch}` : null
}

function isPaused({ isPaused: isPausedHere, fence }: ViewParts): boolean {
  return isPausedHere || (fence.entry?.record.paused ?? false)
}

function promoteProblem({ target, observation }: TargetFacts): string | null {
  if (target.type === 'git') return 'an archive holds code only and is never promoted'
  if (!target.promotable) return 'MIRROR_N_PROMOTABLE is false'
  return observation?.role === 'TEMPORARY_MASTER' ? 'it is the temporary primary already' : null
}

function demoteProblem({ fence, self }: ViewParts, { target }: TargetFacts): string | null {
  if (target.type === 'git') return 'an archive has no role'
  const record = fence.entry?.record
  if (record?.role !== 'TEMPORARY_MASTER' || record.holder === self) return 'there is no temporary primary'
  return null
}

/** Both histories are read by the primary, which has the way to both. */
function recoverProblem({ config }: ViewParts, { target }: TargetFacts): string | null {
  if (!config.enabled) return 'mirroring is off: set MIRROR_ENABLED=true'
  if (config.role !== 'MASTER') return 'it is recovered from the page of the primary'
  return target.enabled ? null : 'the target is off'
}

function no(why: string): ActionView {
  return { enabled: false, why }
}
