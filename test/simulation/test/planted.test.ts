import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLANTED_BUGS } from '../src/planted/catalogue.js'
import { patchSource } from '../src/planted/patch.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')

describe('planted bugs', () => {
  it('change exactly one place, or say that they cannot', () => {
    const patch = { file: 'a.js', find: 'a >= b', replace: 'a > b' }
    expect(patchSource('if (a >= b)', patch)).toBe('if (a > b)')
    expect(() => patchSource('if (a < b)', patch)).toThrow('0 places')
    expect(() => patchSource('a >= b, a >= b', patch)).toThrow('2 places')
  })

  const patched = PLANTED_BUGS.flatMap(({ name, patch }) => (patch ? [[name, patch] as const] : []))
  it.each(patched)('%s still finds its place in the product', (_, patch) => {
    const source = readFileSync(join(ROOT, patch.file), 'utf8')
    expect(patchSource(source, patch)).not.toBe(source)
  })

  it('are at least twenty, each with one way in', () => {
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20)
    for (const { host, patch } of PLANTED_BUGS) expect(Number(!!host) + Number(!!patch)).toBe(1)
  })
})
