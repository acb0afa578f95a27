import { sleep } from '@montana/foundation'
import type { Manifest } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { WorkflowControl, WorkflowRun } from '../contracts/provider.js'

export interface ProofInit {
  readonly workflows: WorkflowControl
  readonly check: NonNullable<Manifest['check']>
  /** Branch on which the check runs. */
  readonly ref: string
  /** Of the fence record: the guard lets this run pass while a promotion is under way. */
  readonly nonce: string
  readonly monotonicMs: () => number
  readonly pollMs?: number
}

const POLL_MS = 5_000

/**
 * "Can I send?": starts the check of the manifest and waits until that very run has concluded with success. Throws
 * MirrorError PROOF_FAILED for any other end, also when it takes too long. Returns the id of the run. Spec 11.1 step 5.
 */
export async function prove(init: ProofInit, signal: AbortSignal): Promise<number> {
  const { workflows, check, ref, nonce } = init
  const id = await workflows.dispatch(check.workflow, ref, { ...check.inputs, nonce }, signal)
  const { conclusion } = await concluded(init, id, signal)
  if (conclusion === 'success') return id
  throw failed(check.workflow, `concluded as ${conclusion}`, id)
}

async function concluded(init: ProofInit, id: number, signal: AbortSignal): Promise<WorkflowRun> {
  const { workflows, check, monotonicMs, pollMs = POLL_MS } = init
  const endMs = monotonicMs() + check.timeoutMs
  for (;;) {
    const run = await workflows.run(id, signal)
    if (run.conclusion !== null) return run
    if (monotonicMs() >= endMs) throw failed(check.workflow, `has not concluded in ${check.timeoutMs} ms`, id)
    await sleep(pollMs, signal)
  }
}

function failed(workflow: string, why: string, id: number): MirrorError {
  return new MirrorError('PROOF_FAILED', `the check run ${id} of ${workflow} ${why}`, {
    field: 'check.workflow',
    remedy: 'read the log of that run: what it needs is not there on this repository',
    metadata: { run: id },
  })
}
