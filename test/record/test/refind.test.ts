import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { patchSource } from '@montana/simulation'
import { describe, expect, it, vi } from 'vitest'
import { FORMER_BUGS } from '../dist/refind/catalogue.js'
import { isRefound, noticedBy } from '../dist/refind/refind.js'
import { runCases } from '../dist/refind/test-run.js'
import { loadRegister, ROOT } from '../dist/register/load.js'
import { describeRefound, QUICK } from './support/refound.js'

describe('the former code of each', () => {
  const patches = FORMER_BUGS.flatMap(({ id, patches }) => patches.map((patch) => [id, patch] as const))

  it.each(patches)('%s finds its place in the product of today', (_, patch) => {
    const source = readFileSync(join(ROOT, patch.file), 'utf8')
    expect(patchSource(source, patch)).not.toBe(source)
  })

  it('belongs to a finding that is found again, and each such finding has one', () => {
    const again = loadRegister().findings.filter(({ refind }) => refind.kind !== 'none')
    expect(FORMER_BUGS.map(({ id }) => id).sort()).toEqual(again.map(({ id }) => id).sort())
  })
})

describe('what is noticed over former code', () => {
  const counts = (change: object = {}) => ({
    passed: 0,
    failed: 1,
    whys: ['AssertionError: expected 3 to be 4'],
    ...change,
  })
  const noticed = (change: object = {}) => noticedBy(counts(change), 'to be 4')
  const found = (change: object = {}) =>
    isRefound({ id: 'X-1', by: 'x', noticed: noticed(change), wrongToday: undefined })

  it('is the failure of the finding', () => expect(found()).toBe(true))
  it.each([
    'ReferenceError: x is not defined',
    'Error: Test timed out in 5000ms.',
    'AssertionError: expected 3 to be 5',
  ])('is not %s', (why) => expect(found({ whys: [why] })).toBe(false))
  it('is of one case of a table at least', () => {
    expect(found({ failed: 2, whys: ['Error: Test timed out in 5000ms.', 'AssertionError: expected 3 to be 4'] })).toBe(
      true,
    )
    expect(noticed({ failed: 0, whys: [] })).toBeUndefined()
  })
  it('is another invariant than that of the register in no case', () => {
    const other = { invariant: 3, what: 'invariant 3', isExpected: false }
    expect(isRefound({ id: 'X-1', by: 'seed 1', noticed: other, wrongToday: undefined })).toBe(false)
  })
  it('has its words, for each finding that a case finds again', () => {
    const cases = loadRegister().findings.filter(({ refind }) => refind.kind === 'test')
    const worded = FORMER_BUGS.filter(({ expects }) => expects !== undefined)
    expect(worded.map(({ id }) => id).sort()).toEqual(cases.map(({ id }) => id).sort())
  })
})

describe('a case that is run over former code', () => {
  const test = { file: 'packages/codec/test/hash.test.ts', name: 'no case has this name' }

  it('is looked for in its own file, also by the long run', { timeout: 60_000 }, async () => {
    vi.stubEnv('MONTANA_LONG', '1')
    const name = 'is SHA-256 of the parts one after the other'
    expect(await runCases({ ...test, name }, []).finally(() => vi.unstubAllEnvs())).toMatchObject({ passed: 1 })
  })

  it('counts for nothing where the words stand in the name of a group', { timeout: 60_000 }, async () => {
    expect(await runCases({ ...test, name: 'hashing' }, [])).toEqual({ passed: 0, failed: 0, whys: [] })
  })

  it('counts for nothing where no case has its name', { timeout: 60_000 }, async () => {
    expect(await runCases(test, [])).toEqual({ passed: 0, failed: 0, whys: [] })
  })
})

describeRefound((id) => QUICK.has(id))
