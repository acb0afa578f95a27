import type { FenceEntry } from '../contracts/fence.js'
import { handbackReady, undrain } from '../decide/fence-handback.js'
import { recordSeenAt } from '../decide/record-seen.js'
import { observeReturn } from '../decide/return-watch.js'
import { sign } from '../fence/sign.js'
import { reconcileWorkflows } from '../reconcile/workflows.js'
import { setGates, setRole } from '../roles/gates.js'
import type { SentinelDocument } from './document.js'
import type { SentinelInit, SentinelReport } from './types.js'

/**
 * As temporary primary: watches for the return of the primary, and for what became of a hand-back. In the role of a
 * replica it is armed again once the fence says that it acts. Spec 11.3.
 */
export async function watchReturn(
  init: SentinelInit,
  signal: AbortSignal,
  role: 'TEMPORARY_MASTER' | 'SLAVE' = 'TEMPORARY_MASTER',
): Promise<SentinelReport> {
  const before = await init.document.read(signal)
  const entry = await init.fence.read(signal)
  const nowMs = init.time.wallMs()
  if (entry === null) return reportOf(null, 'none', 'the fence has no record')
  const recordSeen = recordSeenAt(before.recordSeen, entry.commit, nowMs, init.settings)
  const document = { ...before, recordSeen }
  if (entry.record.holder !== init.self) return await demoted(init, document, entry, signal)
  if (entry.record.state === 'draining')
    return await afterDrain(init, document, entry, nowMs - recordSeen.firstSeenMs, signal)
  if (role === 'SLAVE') return await armAgain(init, entry, signal)
  return await countReturn(init, document, entry, signal)
}

async function countReturn(
  init: SentinelInit,
  document: SentinelDocument,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const { settings, time, self, actor, fence } = init
  const notice = await fence.readReturn(signal)
  const { memory, decision } = observeReturn(document.returned, notice, time.wallMs(), settings)
  if (!(await init.document.write({ ...document, returned: memory }, signal))) {
    return reportOf(entry, 'none', 'another run of the sentinel was faster; this one counts for nothing')
  }
  const seen = `${memory.count} of ${settings.recoveryObservations} signs of the returned primary`
  if (decision === 'wait') return reportOf(entry, 'wait', seen)
  const next = handbackReady(entry.record, self, false, sign(actor, 'the primary has returned', time.wallMs()))
  if ('refused' in next) return reportOf(entry, 'wait', next.refused.reason)
  const written = await fence.swap(entry, next.ok, signal)
  return written === null
    ? reportOf(entry, 'wait', 'the record changed in between')
    : reportOf(written, 'handback-ready', seen)
}

/** The returned primary began and did not go on: this side acts again. */
async function afterDrain(
  init: SentinelInit,
  document: SentinelDocument,
  entry: FenceEntry,
  idleMs: number,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const { self, actor, fence, time, settings } = init
  await init.document.write(document, signal)
  const drain = { idleMs, skewMs: settings.skewMs }
  const next = undrain(entry.record, self, drain, sign(actor, 'the hand-back stood still', time.wallMs()))
  if ('refused' in next) return reportOf(entry, 'wait', `the returned primary is taking over: ${next.refused.reason}`)
  const written = await fence.swap(entry, next.ok, signal)
  if (written === null) return reportOf(entry, 'wait', 'the record changed in between')
  return await armAgain(init, written, signal)
}

async function armAgain(
  { replica, manifest, alert }: SentinelInit,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<SentinelReport> {
  await reconcileWorkflows(
    { control: replica.workflows, contents: replica.contents, manifest, role: 'TEMPORARY_MASTER' },
    signal,
  )
  await setRole(replica.variables, 'TEMPORARY_MASTER', signal)
  await setGates(replica.variables, manifest, { kind: 'live', had: entry.record.gates }, signal)
  const message = 'the hand-back stood still; this side acts again'
  await alert({ code: 'HANDBACK_STALLED', message, epoch: entry.record.epoch }, signal)
  return reportOf(entry, 'wait', message)
}

/** Another side holds the epoch: nothing of this one may stay live. */
async function demoted(
  init: SentinelInit,
  document: SentinelDocument,
  entry: FenceEntry,
  signal: AbortSignal,
): Promise<SentinelReport> {
  const { replica, manifest } = init
  await setGates(replica.variables, manifest, { kind: 'inert' }, signal)
  await setRole(replica.variables, 'SLAVE', signal)
  await reconcileWorkflows({ control: replica.workflows, contents: replica.contents, manifest, role: 'SLAVE' }, signal)
  await init.document.write(
    { ...document, memory: null, returned: { nonce: null, count: 0, sinceMs: null, lastMs: null } },
    signal,
  )
  const { holder, epoch } = entry.record
  await init.alert(
    { code: 'DEMOTED', message: `${holder} holds epoch ${epoch}; this repository is a replica again`, epoch },
    signal,
  )
  return { ...reportOf(entry, 'demoted', `${holder} holds epoch ${epoch}`), role: 'SLAVE' }
}

function reportOf(entry: FenceEntry | null, decision: SentinelReport['decision'], explanation: string): SentinelReport {
  const nothing = { verdict: null, findings: [], promotion: null, steps: [] }
  return { role: 'TEMPORARY_MASTER', epoch: entry?.record.epoch ?? null, decision, explanation, ...nothing }
}
