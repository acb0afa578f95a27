import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'
import { DATABASE_FILE, openStore } from '../src/index.js'
import { fill, temporaryDirectory, windowCommit } from './helpers.js'

const LOG = `${DATABASE_FILE}-wal`
const INDEX = `${DATABASE_FILE}-shm`
/** A reader that cannot know that no writer runs asks for ten seconds. */
const OPENED_MS = 5_000
const HEADER_BYTES = 32

/** A store of two windows that was stopped in order, and the header of a log it had. */
function stopped(): { dir: string; header: Uint8Array } {
  const dir = temporaryDirectory()
  const store = openStore({ dir, mode: 'write' })
  fill(store, 2)
  const header = readFileSync(join(dir, LOG)).subarray(0, HEADER_BYTES)
  store.close()
  return { dir, header }
}

const random = seededRandom(1)
const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random.next() * 256))

it.each<[string, (header: Uint8Array) => Uint8Array]>([
  ['its header alone', (header) => header],
  ['half of its header', (header) => header.subarray(0, 9)],
  ['nothing', () => new Uint8Array()],
  ['zeros', () => new Uint8Array(512)],
  ['bytes of something else', () => bytes(4_096)],
])('a log that holds %s, beside an index of before, is an empty one, at once', (_, content) => {
  for (const index of [new Uint8Array(), new Uint8Array(32_768), bytes(32_768)]) {
    const { dir, header } = stopped()
    writeFileSync(join(dir, LOG), content(header))
    writeFileSync(join(dir, INDEX), index)
    const startMs = performance.now()
    const store = openStore({ dir, mode: 'write' })
    expect(performance.now() - startMs).toBeLessThan(OPENED_MS)
    expect(store.head()?.window).toBe(2)
    store.close()
  }
})

longIt(
  'a reader beside a log of a header alone and an index reads what is there, once it knows that no writer runs',
  async () => {
    const { dir, header } = stopped()
    writeFileSync(join(dir, LOG), header)
    writeFileSync(join(dir, INDEX), new Uint8Array(32_768))
    const store = openStore({ dir, mode: 'read' })
    expect(store.head()?.window).toBe(2)
    store.close()
  },
  60_000,
)

it('a reader that came before the log of a running writer began sees what is written to it', () => {
  const { dir } = stopped()
  const writer = openStore({ dir, mode: 'write' })
  expect(statSync(join(dir, LOG)).size).toBe(0)
  const reader = openStore({ dir, mode: 'read' })
  writer.commit(windowCommit(3))
  expect(reader.head()?.window).toBe(3)
  reader.close()
  writer.close()
})
