import { describe, expect, it } from 'vitest'
import { HOOK_CALL, MIRROR_PUSH } from './src/mirror/names.js'
import { mirrorRatios } from './src/mirror/ratios.js'
import { renderMirrorReport } from './src/mirror/render.js'
import { type MirrorRow, measureWithin, type Timed } from './src/mirror/rows.js'

const row = (name: string, medianMs: number): MirrorRow => {
  return { group: 'hook', name, medianMs, fastestMs: medianMs, slowestMs: medianMs, rounds: 1 }
}
const contender = (name: string, times: number[]): Timed => ({ name, run: async () => times.shift() ?? 0 })
const bounds = { rounds: 3, budgetMs: 60_000, goMs: 60_000, progress: () => {} }

describe('rounds', () => {
  it('are interleaved; the one that warms up does not count', async () => {
    const rows = await measureWithin(
      'hook',
      [contender('a', [90, 1, 3, 2]), contender('b', [90, 5, 5, 5])],
      bounds,
      true,
    )
    expect(rows).toEqual([
      { group: 'hook', name: 'a', medianMs: 2, fastestMs: 1, slowestMs: 3, rounds: 3 },
      { group: 'hook', name: 'b', medianMs: 5, fastestMs: 5, slowestMs: 5, rounds: 3 },
    ])
  })

  it('end with their time, after one', async () => {
    const [only] = await measureWithin('hook', [contender('a', [7, 8])], { ...bounds, budgetMs: -1 }, false)
    expect(only).toMatchObject({ medianMs: 7, rounds: 1 })
  })

  it('end a go that does not end', async () => {
    const hanging: Timed = {
      name: 'a',
      run: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }
    await expect(measureWithin('hook', [hanging], { ...bounds, goMs: 20 }, false)).rejects.toThrow('timeout')
  })
})

it('the report has a ratio for what was measured, and is readable', () => {
  const rows = [row(HOOK_CALL, 2), row(MIRROR_PUSH, 40)]
  expect(mirrorRatios(rows)).toEqual({ hookCallToMirrorPush: 0.05 })
  const table = renderMirrorReport({ rows, ratios: mirrorRatios(rows), notes: ['a note'] })
  expect(table).toMatch(/^hook +our hook, called as a library +2\.0 ms {2}2\.0 to 2\.0 in 1$/m)
  expect(table).toMatch(/^hook call ÷ mirror push +0\.05 ×$/m)
  expect(table).toMatch(/^a note$/m)
})
