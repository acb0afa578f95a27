import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { patchSource } from '@montana/simulation'
import { describe, expect, it } from 'vitest'
import { FORMER_BUGS } from '../dist/refind/catalogue.js'
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

describe('a case that is run over former code', () => {
  const test = { file: 'packages/codec/test/hash.test.ts', name: 'no case has this name' }

  it('counts for nothing where no case has its name', { timeout: 60_000 }, async () => {
    expect(await runCases(test, [])).toEqual({ passed: 0, failed: 0, why: undefined })
  })
})

describeRefound((id) => QUICK.has(id))
