import { AllocationRefused, type Coverage } from '../instrument/coverage.js'
import { Breach, type Outcome, type Target } from '../targets/target.js'

/** What came of one input. */
export type Trial = { readonly outcome: Outcome } | { readonly breach: Breach }

/** Runs one input and holds it to every rule that holds for all targets; the target's own are within its `run`. */
export async function tryInput(target: Target, input: Uint8Array, coverage: Coverage): Promise<Trial> {
  coverage.reset()
  const given = Uint8Array.from(input)
  const startedMs = performance.now()
  const trial = await ran(target, given)
  const tookMs = performance.now() - startedMs
  if ('breach' in trial) return trial
  return { ...trial, ...((await brokenRule(target, { input, given, tookMs, coverage })) ?? {}) }
}

interface Run {
  readonly input: Uint8Array
  readonly given: Uint8Array
  readonly tookMs: number
  readonly coverage: Coverage
}

async function ran(target: Target, given: Uint8Array): Promise<Trial> {
  try {
    const running = target.run(given)
    return { outcome: typeof running === 'string' ? running : await running }
  } catch (error) {
    return { breach: asBreach(error) }
  }
}

function asBreach(error: unknown): Breach {
  if (isRefusedAllocation(error)) return new Breach('allocation', `asked for ${String(error)}`, error)
  return error instanceof Breach ? error : new Breach('undeclared-error', String(error), error)
}

function isRefusedAllocation(error: unknown): boolean {
  if (error instanceof AllocationRefused) return true
  return error instanceof Error && error.cause !== undefined && isRefusedAllocation(error.cause)
}

async function brokenRule(target: Target, run: Run): Promise<{ breach: Breach } | undefined> {
  const { input, given, coverage, tookMs } = run
  const { base, perByte } = target.allocates
  const allowed = base + perByte * input.length
  if (coverage.allocated > allowed) {
    return { breach: new Breach('allocation', `asked for ${coverage.allocated}, allowed are ${allowed}`) }
  }
  if (!Buffer.from(given).equals(input))
    return { breach: new Breach('property', 'the input was changed by its reader') }
  if (tookMs > target.maxMs) return await slow(target, input, coverage)
  return undefined
}

/** A host that is busy makes anything slow: what counts is CPU time, and that in each of two more runs. */
async function slow(target: Target, input: Uint8Array, coverage: Coverage): Promise<{ breach: Breach } | undefined> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < 2; run++) {
    coverage.reset()
    const before = process.cpuUsage()
    await ran(target, Uint8Array.from(input))
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  if (least <= target.maxMs) return undefined
  return { breach: new Breach('slow', `${least.toFixed(0)} ms of CPU for ${input.length} bytes`) }
}
