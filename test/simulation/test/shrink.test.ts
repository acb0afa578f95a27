import { describe, expect, it } from 'vitest'
import { NO_EPOCHS } from '../src/oracles/history.js'
import { FAULT_KINDS, type FaultKind } from '../src/plan/plan.js'
import type { Job, JobResult } from '../src/run/job.js'
import { shrink } from '../src/run/shrink.js'
import { tellStory } from '../src/run/story.js'

const NEEDED: readonly FaultKind[] = ['loss', 'crash']

/** Fails at window 10 whenever both needed faults are on. */
async function run({ seed, windows = 60, without = [] }: Job): Promise<JobResult> {
  const faults = FAULT_KINDS.filter((kind) => !without.includes(kind))
  const fails = windows >= 10 && NEEDED.every((kind) => faults.includes(kind))
  const violation = fails ? { invariant: 1, name: 'Agreement', window: 10, detail: '' } : undefined
  const numbers = { windows, epochs: NO_EPOCHS, virtualMs: 1, computingMs: 1, events: 1 }
  return { seed, violation, ...numbers, traceHash: '', faults, lines: [] }
}

describe('shrinking', () => {
  it('ends with the fewest windows and kinds of fault that still fail', async () => {
    const job = { seed: 1, windows: 60 }
    const { job: smallest, result, tries } = await shrink(job, await run(job), run)
    expect(smallest.windows).toBe(10)
    expect(result.faults).toEqual(FAULT_KINDS.filter((kind) => NEEDED.includes(kind)))
    expect(tries).toBeLessThanOrEqual(60)
  })

  it('keeps the run as it was when nothing smaller fails', async () => {
    const job = { seed: 1, windows: 10 }
    const first = await run(job)
    const fixed = async (smaller: Job) => ({ ...(await run(smaller)), violation: undefined })
    expect((await shrink(job, first, fixed)).job).toEqual(job)
  })
})

describe('the story of a history', () => {
  it('leaves out messages and joins what several nodes do alike', () => {
    const lines = ['1.000 p0 commit w=1 value=aa', '1.100 p1 < p0 vote w=1 x accepted', '1.200 p1 commit w=1 value=aa']
    expect(tellStory(lines)).toEqual(['1.000 p0,p1 commit w=1 value=aa'])
  })

  it('is short', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${i}.000 p0 commit w=${i} value=aa`)
    expect(tellStory(lines).length).toBeLessThan(50)
  })
})
