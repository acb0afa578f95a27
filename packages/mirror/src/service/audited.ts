import { NotYet } from '../roles/not-yet.js'
import type { StepRecord } from '../roles/transaction.js'
import type { MirrorParts } from './parts.js'
import type { RoleReport, RoleRequest } from './role-request.js'

export type RoleEnd = Pick<RoleReport, 'outcome' | 'epochAfter' | 'findings'>

export interface AuditedChange {
  readonly action: 'promote' | 'demote'
  readonly asked: RoleRequest
  /** What is known before the first step. */
  readonly report: Omit<RoleReport, keyof RoleEnd | 'steps'>
}

/** Who did what, when and why, with every step: on record before the first and after each. Spec repository-mirror 11. */
export async function audited(
  { store, actor, time }: MirrorParts,
  { action, asked, report }: AuditedChange,
  work: (onStep: (step: StepRecord) => void) => Promise<RoleEnd>,
): Promise<RoleReport> {
  const { reason } = asked
  const steps: StepRecord[] = []
  const detail = (outcome: string) =>
    JSON.stringify({ id: report.id, change: report.change, outcome, conditions: report.conditions, steps })
  const epochs = { epochBefore: report.epochBefore, epochAfter: null }
  const row = store.audit.add({ atMs: time.wallMs(), actor, action, reason, ...epochs, detail: detail('begun') })
  const onStep = (step: StepRecord) => {
    steps.push(step)
    store.audit.update(row, { epochAfter: null, detail: detail('begun') })
    store.events.add({ atMs: time.wallMs(), kind: 'role', mirror: report.id, layer: null, data: { action, ...step } })
  }
  const end = await work(onStep).catch((error: unknown) => {
    if (error instanceof NotYet) store.audit.update(row, { epochAfter: null, detail: detail('waiting') })
    throw error
  })
  store.audit.update(row, { epochAfter: end.epochAfter, detail: detail(end.outcome) })
  return { ...report, ...end, steps }
}
