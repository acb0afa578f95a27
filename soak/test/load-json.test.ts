import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadJson } from '../src/files/load-json.js'
import { tempFolder } from './support/fixture.js'

const schema = z.object({ a: z.object({ b: z.number() }) })
const load = (file: string) => loadJson({ file, field: 'claims', schema, remedy: 'name another' })

describe('a document that somebody names', () => {
  it('comes with the hash of its bytes', async () => {
    const file = join(tempFolder(), 'x.json')
    writeFileSync(file, '{"a":{"b":1}}')
    const { value, sha256 } = await load(file)
    expect([value, sha256]).toEqual([
      { a: { b: 1 } },
      '815ce69073bf37a71afee34156192e1d9921dfc365dc653a02516902c3a5e2e7',
    ])
  })

  it.each<[string, string, (file: string) => void]>([
    ['that is missing', 'cannot be read: ENOENT', () => {}],
    ['that is a folder', 'cannot be read: EINVAL', (file) => mkdirSync(file)],
    [
      'that is a pipe, without waiting for a writer',
      'cannot be read: EINVAL',
      (file) => execFileSync('mkfifo', [file]),
    ],
    [
      'that is too large, before it is read',
      'cannot be read: EFBIG',
      (file) => {
        writeFileSync(file, '')
        truncateSync(file, 2 ** 30)
      },
    ],
    ['that is not JSON', 'is not JSON', (file) => writeFileSync(file, '{')],
    ['of another form', 'is wrong at a.b:', (file) => writeFileSync(file, '{"a":{"b":"1"}}')],
  ])('%s is refused with its flag', async (_, fault, make) => {
    const file = join(tempFolder(), 'x.json')
    make(file)
    await expect(load(file)).rejects.toMatchObject({
      ...{ exitCode: 78, field: 'claims', remedy: 'name another' },
      message: expect.stringContaining(`claims file ${file} ${fault}`),
    })
  })
})
