import type { Instrumentation } from '../instrument/hook.js'
import type { Target } from '../targets/target.js'
import { readCorpus } from './corpus-files.js'
import type { Finding } from './finding.js'
import { Fuzzer } from './fuzzer.js'

/** How long one target runs before the next one has its turn. Milliseconds. */
const TURN_MS = 200

export interface GroupRun {
  readonly targets: readonly Target[]
  readonly seconds: number
  readonly seed: number
  readonly instrumentation: Instrumentation
  /** Ends the run as soon as something was found. */
  readonly stopsAtFinding?: boolean
  readonly beforeRun?: (target: Target, input: Uint8Array) => void
  /** After each turn. */
  readonly onTurn?: () => void
}

/** Targets take turns until the time is over; what was loaded from the corpora is run first, whatever it takes. */
export async function runGroup(run: GroupRun): Promise<readonly Fuzzer[]> {
  const fuzzers = run.targets.map((target, index) => fuzzerOf(run, target, index))
  for (const fuzzer of fuzzers) await fuzzer.load(readCorpus(fuzzer.target.name))
  const untilMs = performance.now() + run.seconds * 1000
  for (let turn = 0; performance.now() < untilMs; turn++) {
    const fuzzer = fuzzers[turn % fuzzers.length] as Fuzzer
    await fuzzer.fuzzFor(Math.min(TURN_MS, untilMs - performance.now()))
    run.onTurn?.()
    if (run.stopsAtFinding && findingsOf(fuzzers).length > 0) break
  }
  return fuzzers
}

export function findingsOf(fuzzers: readonly Fuzzer[]): readonly Finding[] {
  return fuzzers.flatMap(({ findings }) => [...findings.values()])
}

function fuzzerOf({ instrumentation, seed, beforeRun }: GroupRun, target: Target, index: number): Fuzzer {
  const before = beforeRun && { beforeRun: (input: Uint8Array) => beforeRun(target, input) }
  return new Fuzzer({ target, instrumentation, seed: seed * 1000 + index, ...before })
}
