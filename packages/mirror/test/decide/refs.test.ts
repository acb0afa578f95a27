import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RefUpdate } from '../../src/contracts/push.js'
import { BATCH_BYTES, batches, pushArguments, selectRefs } from '../../src/decide/refs.js'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)

function selected(patterns: string[], refs: string[]): string[] {
  return [...selectRefs(new Map(refs.map((ref) => [ref, A])), patterns).keys()]
}

describe('patterns of refs', () => {
  const refs = ['refs/heads/main', 'refs/heads/feature/x', 'refs/tags/v1', 'refs/notes/n']

  it('takes what a pattern names, slashes included', () => {
    expect(selected(['refs/heads/*', 'refs/tags/*'], refs)).toEqual(refs.slice(0, 3))
  })

  it('leaves out what ^ names, wherever it stands in the list', () => {
    expect(selected(['^refs/heads/feature/*', 'refs/heads/*'], refs)).toEqual(['refs/heads/main'])
  })

  it('takes names without a star literally, and nothing when nothing is named', () => {
    expect(selected(['refs/heads/main'], [...refs, 'refs/heads/main2'])).toEqual(['refs/heads/main'])
    expect(selected(['^refs/tags/*'], refs)).toEqual([])
  })

  it.each([
    ['refs/*/x', 'refs/heads/feature/x', true],
    ['refs/*/x*y', 'refs/heads/x/y', true],
    ['refs/heads/a*a', 'refs/heads/a', false],
    ['*', 'refs/notes/n', true],
  ])('%s on %s: %s', (pattern, ref, expected) => {
    expect(selected([pattern], [ref]).length === 1).toBe(expected)
  })
})

describe('arguments of a push', () => {
  it('writes the rescue ref, which must not exist, before the branch it belongs to', () => {
    const update: RefUpdate = {
      ref: 'refs/heads/m',
      kind: 'rescue',
      tip: B,
      lease: A,
      rescueRef: 'refs/heads/rescue/s',
    }
    expect(pushArguments(update)).toEqual({
      leases: ['--force-with-lease=refs/heads/rescue/s:', `--force-with-lease=refs/heads/m:${A}`],
      refspecs: [`${A}:refs/heads/rescue/s`, `${B}:refs/heads/m`],
    })
  })

  it('splits into batches below the limit, in order, with nothing lost', () => {
    const update = fc.record({ name: fc.string({ minLength: 1, maxLength: 200 }), isRescue: fc.boolean() })
    fc.assert(
      fc.property(fc.array(update, { maxLength: 60 }), (items) => {
        const updates = items.map(({ name, isRescue }, i): RefUpdate => {
          const rescueRef = isRescue ? `refs/heads/rescue/${i}` : null
          return { ref: `refs/heads/${name}${i}`, kind: 'rescue', tip: B, lease: A, rescueRef }
        })
        const limit = 4_000
        const result = batches(updates, limit)
        expect(result.flat()).toEqual(updates)
        for (const batch of result) expect(bytesOf(batch)).toBeLessThanOrEqual(limit)
      }),
    )
  })

  it('needs one push for few refs and not many for a thousand', () => {
    const updates = Array.from({ length: 1_000 }, (_, i): RefUpdate => {
      return { ref: `refs/heads/branch-${i}`, kind: 'fast-forward', tip: B, lease: A, rescueRef: null }
    })
    expect(batches(updates.slice(0, 100))).toHaveLength(1)
    expect(batches(updates).length).toBe(Math.ceil(bytesOf(updates) / BATCH_BYTES))
    expect(batches([])).toEqual([])
  })
})

function bytesOf(updates: readonly RefUpdate[]): number {
  const words = updates.flatMap((update) => Object.values(pushArguments(update)).flat() as string[])
  return words.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0)
}
