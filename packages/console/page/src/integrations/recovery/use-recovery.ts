import { useEffect, useState } from 'preact/hooks'
import { postJson, type Refusal } from '../../data/api.js'
import { useEnding } from '../role-dialog.js'
import type { Condition, RoleReport } from '../types.js'
import { endOf, type Mirrors, postJob, refusalOf } from '../use-mirrors.js'
import { tipsToKeep } from './plan.js'
import type { How, RecoveryReport } from './types.js'

export interface RecoveryDraft {
  readonly how: How
  readonly reason: string
  readonly drained: boolean
  readonly confirm: string
}

/** What a dry run answered: of a hand-back with its steps. */
export type Rehearsal = { readonly conditions: readonly Condition[]; readonly role: RoleReport | null }

/** Reads both histories when the wizard opens, and again when it is asked to. */
export function useLook(id: string) {
  const [report, setReport] = useState<RecoveryReport | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [round, setRound] = useState(0)
  useEffect(() => {
    let isOver = false
    setReport(null)
    setRefusal(null)
    void postJson<RecoveryReport>(`/api/mirrors/${id}/recovery`, {}).then((reply) => {
      if (isOver) return
      if (reply.ok) setReport(reply.data)
      else setRefusal(reply.refusal)
    })
    return () => {
      isOver = true
    }
  }, [id, round])
  return { report, refusal, again: () => setRound((count) => count + 1) }
}

/** The path and body of what this report asks for; the server plans anew from the tips as they are then. */
function requestOf({ id, kind, epoch, refs, ...rest }: RecoveryReport, draft: RecoveryDraft, dryRun: boolean) {
  const { how, reason, drained, confirm } = draft
  const common = { reason: reason.trim(), dryRun, ...(confirm !== '' && { confirm }) }
  if (kind === 'target') {
    const tips = tipsToKeep({ id, kind, epoch, refs, ...rest })
    return { path: `/api/mirrors/${id}/rescue/keep`, body: { ...common, expectedEpoch: epoch, tips } }
  }
  return {
    path: `/api/mirrors/${id}/demote`,
    body: { ...common, expectedEpoch: epoch ?? 1, drained, onRecovery: how },
  }
}

/** Dry run and start of what was planned. */
export function useRecovery(mirrors: Mirrors, draft: RecoveryDraft, onClose: () => void) {
  const [rehearsal, setRehearsal] = useState<Rehearsal | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [isBusy, setBusy] = useState(false)
  const ending = useEnding()
  const settle = (refused: Refusal | null, found: Rehearsal | null) => {
    if (ending.aborted) return
    setBusy(false)
    setRefusal(refused)
    setRehearsal(found)
  }
  const begin = () => {
    setBusy(true)
    setRefusal(null)
  }
  const rehearse = async (report: RecoveryReport) => {
    begin()
    const { path, body } = requestOf(report, draft, true)
    if (report.kind === 'target') {
      const reply = await postJson<{ readonly conditions: readonly Condition[] }>(path, body)
      return reply.ok ? settle(null, { ...reply.data, role: null }) : settle(reply.refusal, null)
    }
    const asked = await postJob(path, body)
    const end = asked.ok ? await endOf(asked.data.jobId, ending) : asked
    const refused = end.ok ? refusalOf(end.data) : end.refusal
    if (!end.ok || refused !== null) return settle(refused, null)
    const role = end.data.result as RoleReport
    settle(null, { conditions: role.conditions, role })
  }
  const start = async (report: RecoveryReport) => {
    begin()
    const { path, body } = requestOf(report, draft, false)
    const reply = await postJob(path, body)
    if (!reply.ok) return settle(reply.refusal, rehearsal)
    mirrors.track(reply.data.jobId)
    onClose()
  }
  return { rehearsal, refusal, isBusy, rehearse, start, forget: () => setRehearsal(null) }
}
