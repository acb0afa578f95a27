import type { HandbackRefPlan } from '../decide/handback-plan.js'
import type { RefMove } from './git.js'
import type { Survey } from './survey.js'

export interface Moves {
  readonly primary: readonly RefMove[]
  readonly replica: readonly RefMove[]
}

/** Where each ref of both sides goes, under the tips that were seen. `united`: the commit of each merged ref. */
export function movesOf({ primary, replica, plan }: Survey, united: ReadonlyMap<string, string>): Moves {
  const goals = plan.refs.map((ref) => ({ ref: ref.ref, goal: goalOf(ref, primary, replica, united) }))
  const towards = (tips: ReadonlyMap<string, string>) =>
    goals.flatMap(({ ref, goal }): RefMove[] =>
      goal === null || goal === tips.get(ref) ? [] : [{ ref, tip: goal, lease: tips.get(ref) ?? '' }],
    )
  return { primary: towards(primary), replica: towards(replica) }
}

/** Null: left as it is on both sides. */
function goalOf(
  { ref, action }: HandbackRefPlan,
  primary: ReadonlyMap<string, string>,
  replica: ReadonlyMap<string, string>,
  united: ReadonlyMap<string, string>,
): string | null {
  if (action === 'create-on-primary' || action === 'forward-primary') return replica.get(ref) ?? null
  if (action === 'create-on-replica' || action === 'forward-replica' || action === 'keep-primary') {
    return primary.get(ref) ?? null
  }
  return action === 'merge' || action === 'primary-tree' ? (united.get(ref) ?? null) : null
}

/** One rescue ref for each tip that has work of its own: `refs/heads/rescue/<utc>-<shortsha>`. Spec 11.3 step 3. */
export function rescueMoves({ plan }: Survey, stamp: string): RefMove[] {
  const tips = new Set(plan.refs.flatMap(({ preserve }) => (preserve === null ? [] : [preserve])))
  return [...tips].map((tip) => ({ ref: `refs/heads/rescue/${stamp}-${tip.slice(0, 12)}`, tip, lease: '' }))
}
