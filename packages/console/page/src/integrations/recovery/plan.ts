import type { How, RecoveryRef, RecoveryReport, RecoveryStep } from './types.js'

/** What would become of a ref, for a reader who knows git. `preserve` is told beside it. */
const ACTIONS: Readonly<Record<string, string>> = {
  none: 'stays as it is',
  'create-on-primary': 'is created on the primary',
  'create-on-replica': 'is created on the other side',
  'forward-primary': 'the primary moves forward to the other tip: it has nothing of its own here',
  'forward-replica': 'the other side moves forward to the tip of the primary',
  merge: 'one merge commit with both tips as parents, pushed to both sides',
  'primary-tree': 'one commit with both tips as parents and the files of the primary; ledgers are united',
  'keep-primary': 'the tip of the primary goes to both sides',
  conflict: 'nothing moves: both sides changed the same files',
  'rescue-replica': 'its branch there goes to the tip of the primary',
}

export function actionWords({ action }: RecoveryStep): string {
  return ACTIONS[action] ?? action
}

/** Null where this way does not exist. */
export function stepOf(ref: RecoveryRef, how: How): RecoveryStep | null {
  return how === 'merge' ? ref.merge : ref.rescue
}

/** Both sides have commits of their own. */
export function isSplit({ onlyPrimary, onlyReplica, primary, replica }: RecoveryRef): boolean {
  return primary !== null && replica !== null && onlyPrimary.count !== 0 && onlyReplica.count !== 0
}

/** Files that both sides changed, each once. */
export function conflictsOf({ refs }: RecoveryReport, how: How): string[] {
  return [...new Set(refs.flatMap((ref) => conflictsOfRef(ref, how)))].sort()
}

function conflictsOfRef(ref: RecoveryRef, how: How): readonly string[] {
  const step = stepOf(ref, how)
  return step?.action === 'conflict' ? step.conflicts : []
}

/** The ways that there are, the better one first. */
export function waysOf(report: RecoveryReport): readonly How[] {
  if (report.kind === 'target') return ['rescue']
  const isMergeable = conflictsOf(report, 'merge').length === 0
  return isMergeable && report.onRecovery !== 'rescue' ? ['merge', 'rescue'] : ['rescue', 'merge']
}

/** Tips of the target that a push would keep by rescue refs, as the server takes them. */
export function tipsToKeep({ refs }: RecoveryReport): { ref: string; tip: string }[] {
  const own = refs.filter(({ rescue }) => rescue.action === 'rescue-replica')
  return own.flatMap(({ ref, replica }) => (replica === null ? [] : [{ ref, tip: replica }]))
}

/** Why this way cannot be started; null: it can. */
export function obstacle(report: RecoveryReport, how: How): string | null {
  if (report.refs.length === 0) return 'both sides are the same'
  if (report.kind === 'target') {
    return tipsToKeep(report).length > 0 ? null : 'it has no work of its own: a sync brings it in step'
  }
  const files = conflictsOf(report, how)
  return files.length === 0 ? null : `both sides changed ${files.join(', ')}`
}
