import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { patchSource } from '@montana/simulation'
import { describe, expect, it } from 'vitest'
import { FORMER_BUGS } from '../dist/refind/catalogue.js'
import { loadRegister, ROOT } from '../dist/register/load.js'
import { describeRefound, QUICK } from './support/refound.js'

describe('the former code of each', () => {
  const patches = FORMER_BUGS.flatMap(({ id, patches }) => patches.map((patch) => [id, patch] as const))

  it.each(patches)('%s finds its place in the product of today', (_, patch) => {
    const source = readFileSync(join(ROOT, patch.file), 'utf8')
    expect(patchSource(source, patch)).not.toBe(source)
  })

  it('belongs to a finding with a seed, and each such finding has one', () => {
    const seeded = loadRegister().findings.filter(({ refind }) => refind.kind === 'simulation')
    expect(FORMER_BUGS.map(({ id }) => id).sort()).toEqual(seeded.map(({ id }) => id).sort())
  })
})

describeRefound((id) => QUICK.has(id), it)
