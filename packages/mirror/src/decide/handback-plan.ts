/** One ref that either side has, as found on copies. Spec repository-mirror 11.3 step 1. */
export interface HandbackRef {
  readonly ref: string
  readonly primary: string | null
  readonly replica: string | null
  /** Of two commits that differ: whose history contains the other's tip. */
  readonly relation: 'primary-contains' | 'replica-contains' | 'neither'
  /** Of a trial merge where neither contains the other; null: not merged, as for tags. */
  readonly conflicts: readonly string[] | null
}

export type HandbackAction =
  | 'none'
  | 'create-on-primary'
  | 'create-on-replica'
  | 'forward-primary'
  | 'forward-replica'
  | 'merge'
  /** The primary's tree with both histories. */
  | 'primary-tree'
  /** The primary's ref stays, the replica's is kept as a rescue ref alone: nothing to merge. */
  | 'keep-primary'
  | 'conflict'

export interface HandbackRefPlan {
  readonly ref: string
  readonly action: HandbackAction
  /** Tip of the replica that gets a rescue ref on both sides before anything moves; null: nothing of it could be lost. */
  readonly preserve: string | null
  readonly conflicts: readonly string[]
}

export interface HandbackPlan {
  readonly refs: readonly HandbackRefPlan[]
  /** Files that stop the hand-back, each once. */
  readonly conflicts: readonly string[]
}

/** Actions where the replica has work that the primary has not. Spec 11.3 step 3. */
const HAS_WORK = new Set<HandbackAction>(['forward-primary', 'merge', 'primary-tree', 'keep-primary', 'conflict'])

/** `united`: paths that are merged by their entries (ledgers, the state file), so that no conflict in them counts. */
export function planHandback(
  refs: readonly HandbackRef[],
  onRecovery: 'merge' | 'rescue',
  united: readonly string[],
): HandbackPlan {
  const plans = refs.map((ref) => planRef(ref, onRecovery, united))
  const stopping = plans.filter(({ action }) => action === 'conflict').flatMap(({ conflicts }) => conflicts)
  return { refs: plans, conflicts: [...new Set(stopping)].sort() }
}

function planRef(found: HandbackRef, onRecovery: 'merge' | 'rescue', united: readonly string[]): HandbackRefPlan {
  const { ref, replica } = found
  const conflicts = (found.conflicts ?? []).filter((path) => !united.includes(path))
  const action = actionOf(found, onRecovery, conflicts.length > 0)
  return { ref, action, preserve: HAS_WORK.has(action) ? replica : null, conflicts }
}

function actionOf(found: HandbackRef, onRecovery: 'merge' | 'rescue', isConflict: boolean): HandbackAction {
  const { primary, replica, relation } = found
  if (primary === replica) return 'none'
  if (primary === null) return 'create-on-primary'
  if (replica === null) return 'create-on-replica'
  if (relation === 'primary-contains') return 'forward-replica'
  if (relation === 'replica-contains') return 'forward-primary'
  if (found.conflicts === null) return 'keep-primary'
  if (onRecovery === 'rescue') return 'primary-tree'
  return isConflict ? 'conflict' : 'merge'
}
