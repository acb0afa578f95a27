import { errorMessage, isAbort, sleep } from '@montana/foundation'
import type { Recorder } from '../history/recorder.js'
import type { ExecutedFault } from '../history/types.js'
import type { Fault, Plan } from '../plan/types.js'
import { nowMs } from '../program/clock.js'
import { NEMESES } from '../world/nemeses.js'
import type { World } from '../world/nemesis.js'

/** A mesh that has not healed by then goes on to the next step; the checker has long said so. */
const HEAL_TIMEOUT_MS = 60_000
const LOOK_EVERY_MS = 100

export interface ExecuteInit {
  readonly plan: Plan
  readonly world: World
  readonly recorder: Recorder
  /** No step begins after it, ms of the monotonic clock. */
  readonly lastMs: number
  onLine(line: string): void
}

/** Does the plan, step by step; what the mesh needs longer to heal moves everything behind it. Rejects with AbortError. */
export async function execute(init: ExecuteInit): Promise<void> {
  const { plan, world, recorder, lastMs, onLine } = init
  const beganMs = nowMs()
  await healed(init, -1)
  for (const [index, step] of plan.steps.entries()) {
    await sleep(Math.max(0, beganMs + step.startMs - nowMs()), world.signal)
    if (nowMs() > lastMs) return onLine(`time is over: ${plan.steps.length - index} steps are left out`)
    onLine(
      `window ${recorder.head}, step ${index + 1} of ${plan.steps.length}: ${step.faults.map(textOf).join(' with ')}`,
    )
    recorder.faults.push(...(await allDone(step.faults.map((fault) => doFault(init, fault, index)))))
    await healed(init, index)
  }
}

/** Rejects only when all have undone what they did: afterwards nobody starts a process any more. */
async function allDone(doing: readonly Promise<ExecutedFault>[]): Promise<readonly ExecutedFault[]> {
  await Promise.allSettled(doing)
  return await Promise.all(doing)
}

async function doFault({ world, onLine }: ExecuteInit, fault: Fault, step: number): Promise<ExecutedFault> {
  let startMs = nowMs()
  try {
    await sleep(fault.delayMs, world.signal)
    startMs = nowMs()
    const undo = await NEMESES[fault.kind](world, fault)
    try {
      await sleep(fault.durationMs, world.signal)
    } finally {
      await undo()
    }
    return { fault, step, startMs, endMs: nowMs(), failure: undefined }
  } catch (error) {
    if (isAbort(error)) throw error
    onLine(`${fault.kind} was not done: ${errorMessage(error)}`)
    return { fault, step, startMs, endMs: nowMs(), failure: errorMessage(error) }
  }
}

/** Waits until every node is ready and has cemented something new, and at least as long as the step wants. */
async function healed({ plan, world, recorder, onLine }: ExecuteInit, index: number): Promise<void> {
  const atMs = nowMs()
  // As the checker counts it: this process hears of reads late while it does the last of the faults.
  const isHealed = () => recorder.areAllBeyond(recorder.headAt(atMs), atMs)
  const deadlineMs = atMs + HEAL_TIMEOUT_MS
  const restMs = plan.steps[index]?.healMs ?? 0
  while (!isHealed() && nowMs() < deadlineMs) await sleep(LOOK_EVERY_MS, world.signal)
  const tookS = ((nowMs() - atMs) / 1_000).toFixed(1)
  onLine(`window ${recorder.head}, ${isHealed() ? 'healed' : 'NOT healed'} after ${tookS} s`)
  await sleep(Math.max(0, atMs + restMs - nowMs()), world.signal)
  recorder.healings.push({ step: index, atMs, untilMs: nowMs() })
}

function textOf({ kind, targets, amount, durationMs }: Fault): string {
  const what = amount === null ? kind : `${kind} ${amount}`
  return [what, targets.join(','), ...(durationMs > 0 ? [`${(durationMs / 1_000).toFixed(1)} s`] : [])].join(' ')
}
