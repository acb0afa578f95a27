import type { Contents, WorkflowControl } from '../contracts/provider.js'
import { keepAlive } from '../decide/keep-alive.js'
import type { DocumentStore } from './document-store.js'

export interface KeepAwakeInit {
  readonly workflows: WorkflowControl
  readonly contents: Contents
  readonly branch: string
  readonly document: DocumentStore
  readonly nowMs: number
  /** Workflow of the sentinel, without folder. */
  readonly file: string
}

/**
 * Keeps the schedule of the sentinel alive on a quiet repository: after 45 days without a commit it is enabled through the
 * API, read back, and the count begins anew. Memory is written only when it changes. Throws MirrorError. Spec 10.4.
 */
export async function keepAwake(init: KeepAwakeInit, signal: AbortSignal): Promise<'enabled' | 'not due'> {
  const { workflows, contents, branch, document, nowMs, file } = init
  const before = await document.read(signal)
  const known = before.activity ?? null
  const { activity, isDue } = keepAlive(known, await contents.tip(branch, signal), nowMs)
  const isHere = isDue && (await workflows.list(signal)).some((workflow) => workflow.file === file)
  if (isHere) await workflows.enable(file, signal)
  const next = isDue ? { ...activity, sinceMs: nowMs } : activity
  // A run that was faster has the same to say.
  if (next !== known) await document.write({ ...before, activity: next }, signal)
  return isHere ? 'enabled' : 'not due'
}
