import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { LOG_PAGES, PAGE_BYTES } from '../src/constants.js'
import { DATABASE_FILE, openStore } from '../src/index.js'
import { fill, temporaryDirectory, windowCommit } from './helpers.js'

const LOG = `${DATABASE_FILE}-wal`
const INDEX = `${DATABASE_FILE}-shm`
/** SQLite would ask for ten seconds. */
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
    for (const open of [() => openStore({ dir, mode: 'read' }), () => openStore({ dir, mode: 'write' })]) {
      const store = open()
      expect(store.head()?.window).toBe(2)
      store.close()
    }
    expect(performance.now() - startMs).toBeLessThan(OPENED_MS)
  }
})

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

it('a log that grew behind a reader is cut back once it begins anew', () => {
  const { dir } = stopped()
  const writer = openStore({ dir, mode: 'write' })
  writer.commit(windowCommit(3))
  const reader = openStore({ dir, mode: 'read' })
  const release = reader.hold()
  const mostBytes = LOG_PAGES * PAGE_BYTES
  let window = 3
  for (; statSync(join(dir, LOG)).size < 1.5 * mostBytes; ) writer.commit(windowCommit(++window))
  release()
  for (const last = window + 3; window < last; ) writer.commit(windowCommit(++window))
  expect(statSync(join(dir, LOG)).size).toBeLessThanOrEqual(mostBytes)
  expect(reader.head()?.window).toBe(window)
  reader.close()
  writer.close()
})
