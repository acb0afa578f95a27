import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { openStore, type ReadStore, type Store } from '../../src/index.js'
import { temporaryDirectory } from '../helpers.js'
import { startChild } from '../processes.js'
import { HIGHEST, LOWEST } from './support.js'

const KILLS = 14
const numberIn = (bytes: Uint8Array | undefined) => Number(Buffer.from(bytes ?? []).toString())

/** Everything install-loop.mjs writes names its window: tables, context, anchor and archive must speak of one. */
function expectOneState(store: ReadStore): number {
  const head = store.head()?.window ?? -1
  expect(numberIn(store.context())).toBe(head)
  for (const table of ['account', 'node', 'candidate'] as const) {
    const records = store.table(table).records(LOWEST, HIGHEST, 1_000)
    expect([records.length, store.table(table).count()]).toEqual(head === 0 ? [0, 0] : [400, 400])
    expect(new Set(records.map(({ record }) => numberIn(record)))).toEqual(new Set(head === 0 ? [] : [head]))
    expect(store.stubs(table).all()).toHaveLength(1)
  }
  const expected = head === 0 ? [[], undefined] : [[head], head]
  expect([store.anchors.list().map(({ window }) => window), store.snapshotBase()]).toEqual(expected)
  expect(store.integrityFaults()).toEqual([])
  return head
}

/** Kills the process `ms` after it has said `what` for the first time. */
async function runAndKill(dir: string, what: string, ms: number): Promise<readonly string[]> {
  const child = startChild('install-loop.mjs', dir)
  while (!(await child.line()).startsWith(what));
  await new Promise((resolve) => setTimeout(resolve, ms))
  await child.kill()
  return child.lines
}

function inspected(dir: string): number {
  const store: Store = openStore({ dir, mode: 'write' })
  try {
    return expectOneState(store)
  } finally {
    store.close()
  }
}

it(`a process killed at ${KILLS} instants around its switch-overs leaves the old state or the new one`, async () => {
  const dir = temporaryDirectory()
  const random = seededRandom(8)
  const between: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const what = kill % 2 === 0 ? 'staged' : 'installed'
    const lines = await runAndKill(dir, what, kill % 4 < 2 ? 0 : random.next() * 30)
    const head = inspected(dir)
    const [said = '', window = ''] = (lines.at(-1) ?? '').split(' ')
    const before = said === 'installed' ? Number(window) : Number(window) - 10
    // What it was about to say may have happened already.
    expect([before, before + 10]).toContain(head)
    between.push(said)
  }
  expect(between).toContain('staged')
  expect(between).toContain('installed')
})
