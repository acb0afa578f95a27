import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { drawPlan } from '../src/plan/plan.js'
import { runSeed } from '../src/run/run-seed.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const run = promisify(execFile)

describe('seeds', () => {
  it.each([1, 2, 3, 4, 5, 6])('seed %i breaks no invariant', { timeout: 60_000 }, (seed) => {
    const { violation, windows } = runSeed(drawPlan(seed, { windows: 24 }))
    expect(violation).toBeUndefined()
    expect(windows).toBeGreaterThanOrEqual(24)
  })

  it('give the same trace hash in two processes', { timeout: 60_000 }, async () => {
    const args = [MAIN, '--seed', '7', '--windows', '15', '--json']
    const outputs = await Promise.all([1, 2].map(() => run(process.execPath, args)))
    const [first, second] = outputs.map(({ stdout }) => JSON.parse(stdout))
    expect(first.traceHash).toMatch(/^[0-9a-f]{64}$/)
    expect(second.traceHash).toBe(first.traceHash)
  })

  it('give another trace for another seed', { timeout: 60_000 }, () => {
    const [first, second] = [1, 2].map((seed) => runSeed(drawPlan(seed, { windows: 6 })))
    expect(first?.traceHash).not.toBe(second?.traceHash)
  })
})
