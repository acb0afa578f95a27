import type { PushPlan, RefUpdate, Tips } from '../contracts/push.js'
import { type HandbackAction, type HandbackRef, planHandback } from './handback-plan.js'

/** `merge`: both histories united. `rescue`: the primary's files win, and the other history is kept. */
export type RecoveryHow = 'merge' | 'rescue'

/** `rescue-replica`: the target's tip is kept there by a rescue ref, then its branch goes to the primary's tip. */
export type RecoveryAction = HandbackAction | 'rescue-replica'

export interface RecoveryStep {
  readonly action: RecoveryAction
  /** Tip that gets a rescue ref before anything moves; null: nothing could be lost. */
  readonly preserve: string | null
  /** Files that both sides changed. */
  readonly conflicts: readonly string[]
}

/** One ref that is not the same on both sides. */
export interface RecoveryRefPlan {
  readonly ref: string
  readonly primary: string | null
  readonly replica: string | null
  /** Null: not done by this tool. */
  readonly merge: RecoveryStep | null
  readonly rescue: RecoveryStep
}

/** Of a temporary primary that is handed back: both ways in which its history can be taken. Spec repository-mirror 11.3. */
export function planBothWays(refs: readonly HandbackRef[], united: readonly string[]): readonly RecoveryRefPlan[] {
  const merged = planHandback(refs, 'merge', united).refs
  const rescued = planHandback(refs, 'rescue', united).refs
  const rows = refs.map(({ ref, primary, replica }, at) => {
    return { ref, primary, replica, merge: stepOf(merged[at]), rescue: stepOf(rescued[at]) }
  })
  return rows.filter(({ primary, replica }) => primary !== replica)
}

function stepOf(plan: RecoveryStep | undefined): RecoveryStep {
  const { action = 'none', preserve = null, conflicts = [] } = plan ?? {}
  return { action, preserve, conflicts }
}

const PUSHED: Readonly<Record<RefUpdate['kind'], RecoveryAction>> = {
  ...{ create: 'create-on-replica', 'fast-forward': 'forward-replica' },
  ...{ overwrite: 'rescue-replica', rescue: 'rescue-replica' },
}

/** Of a target with work of its own while the primary acts: what a push does that keeps every tip. Spec 7.3. */
export function planKeeping({ updates }: PushPlan, remote: Tips): readonly RecoveryRefPlan[] {
  return updates.map(({ ref, kind, tip, lease }) => {
    const action = PUSHED[kind]
    const preserve = action === 'rescue-replica' ? lease : null
    const rescue: RecoveryStep = { action, preserve, conflicts: [] }
    return { ref, primary: tip, replica: remote.get(ref) ?? null, merge: null, rescue }
  })
}
