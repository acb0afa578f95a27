import { nowMs } from '@montana/chaos/program'
import { errorMessage, isAbort, sleep } from '@montana/foundation'
import type { DoneFault, Healing } from '../check/history.js'
import { Aim } from './aim.js'
import { NEMESES } from './nemeses.js'
import type { HostFault, Schedule } from './schedule.js'
import type { World } from './world.js'

/** A group that is not whole by then goes on to the next step; a host whose service died stays out for half a minute. */
const WHOLE_MS = 60_000

export interface ExecuteInit {
  readonly schedule: Schedule
  readonly world: World
  /** No step begins after it, CLOCK_MONOTONIC, ms. */
  readonly lastMs: number
  onLine(line: string): void
}

export interface Executed {
  readonly faults: DoneFault[]
  readonly healings: Healing[]
}

/** Does the schedule, step by step; what the group needs longer to heal moves everything behind it. Rejects with AbortError. */
export async function execute(init: ExecuteInit): Promise<Executed> {
  const { schedule, world, lastMs, onLine } = init
  const done: Executed = { faults: [], healings: [] }
  const beganMs = nowMs()
  const [firstMs = 0] = schedule.steps.map(({ startMs }) => startMs)
  for (const [index, step] of schedule.steps.entries()) {
    await sleep(Math.max(0, beganMs + step.startMs - firstMs - nowMs()), world.signal)
    if (nowMs() > lastMs) {
      onLine(`time is over: ${schedule.steps.length - index} steps are left out`)
      break
    }
    onLine(`step ${index + 1} of ${schedule.steps.length}: ${step.faults.map(textOf).join(' with ')}`)
    const aim = new Aim(step.faults)
    done.faults.push(...(await allDone(step.faults.map((fault) => doFault(init, { fault, step: index, aim })))))
    done.healings.push(await healed(init, index, step.healMs))
  }
  return done
}

/** Rejects only when all have undone what they did: afterwards nobody starts a process any more. */
async function allDone(doing: readonly Promise<DoneFault>[]): Promise<readonly DoneFault[]> {
  await Promise.allSettled(doing)
  return await Promise.all(doing)
}

interface Planned {
  readonly fault: HostFault
  readonly step: number
  readonly aim: Aim
}

async function doFault({ world, onLine }: ExecuteInit, { fault: planned, step, aim }: Planned): Promise<DoneFault> {
  const { kind } = planned
  let [startMs, targets] = [nowMs(), planned.targets]
  try {
    await sleep(planned.delayMs, world.signal)
    const fault = aim.at(planned, world.service.group.roles.leaders('serve')[0])
    if (fault !== planned) onLine(`${kind} hits ${fault.targets.join(',')}`)
    ;[startMs, targets] = [nowMs(), fault.targets]
    await inForce(world, fault)
    return { kind, targets, step, startMs, endMs: nowMs(), failure: null }
  } catch (error) {
    if (isAbort(error)) throw error
    onLine(`${kind} was not done: ${errorMessage(error)}`)
    return { kind, targets, step, startMs, endMs: nowMs(), failure: errorMessage(error) }
  }
}

async function inForce(world: World, fault: HostFault): Promise<void> {
  const nemesis = NEMESES[fault.kind]
  if (!nemesis) throw new RangeError(`nothing does ${fault.kind}`)
  const undo = await nemesis(world, fault)
  try {
    await sleep(fault.durationMs, world.signal)
  } finally {
    await undo()
  }
}

/** Waits until the group is whole, and at least as long as the step wants. */
async function healed({ world, onLine }: ExecuteInit, step: number, restMs: number): Promise<Healing> {
  const atMs = nowMs()
  const isWhole = await world.service.isWhole(WHOLE_MS, world.signal, atMs)
  const wholeMs = isWhole ? nowMs() : null
  onLine(`${isWhole ? 'whole' : 'NOT whole'} after ${((nowMs() - atMs) / 1_000).toFixed(1)} s`)
  await sleep(Math.max(0, atMs + restMs - nowMs()), world.signal)
  return { step, atMs, wholeMs, untilMs: nowMs() }
}

function textOf({ kind, targets, amount, durationMs }: HostFault): string {
  const what = amount === null ? kind : `${kind} ${amount}`
  return `${what} ${targets.join(',')} ${(durationMs / 1_000).toFixed(1)} s`
}
