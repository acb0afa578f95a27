import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Verification, verifySoak } from '../src/index.js'
import { chainedLines, writeSoakFile } from './support/chain.js'
import { tempFolder } from './support/fixture.js'
import { MUTATIONS } from './support/mutations.js'

const LINES = chainedLines(10)

let path: string

beforeEach(() => {
  path = join(tempFolder(), 'soak.jsonl')
  writeSoakFile(path, LINES)
})

const places = ({ defects }: Verification) => defects.map(({ line, kind }) => ({ line, kind }))

describe('a file as it was written', () => {
  it('is OK', async () => {
    expect(await verifySoak([path])).toEqual({ verdict: 'OK', records: 10, defects: [], warnings: [], notes: [] })
  })
})

describe('of random changes', () => {
  it('1,000 are noticed, each by its line and its kind', async () => {
    const random = seededRandom(4)
    for (let round = 0; round < 1000; round++) {
      const mutate = MUTATIONS[round % MUTATIONS.length]
      const mutation = mutate?.(LINES, random, 'head_mismatch')
      writeFileSync(path, mutation?.bytes ?? '')
      const found = await verifySoak([path])
      expect({ name: mutation?.name, verdict: found.verdict, found: places(found) }).toEqual({
        name: mutation?.name,
        verdict: 'DEFECT',
        found: mutation?.expected,
      })
    }
  }, 60_000)
})
