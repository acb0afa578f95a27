// Fills the file system below a store and tries every kind of write, then frees it and tries again: node full-disk.mjs DIR
import { createHash } from 'node:crypto'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../dist/index.js'

const [, , dir] = process.argv
const digest = (text) => new Uint8Array(createHash('sha256').update(text).digest())
const bytes = (size, seed) => new Uint8Array(size).fill(seed)
const hashes = (window) => ({
  stateRoot: digest(`root ${window}`),
  timechainValue: digest(`time ${window}`),
  contextHash: digest(`context ${window}`),
})
const ballast = join(dir, 'ballast')
/** Larger than what is left in pages that are allocated already. */
const LARGE = 300_000

const store = openStore({ dir, mode: 'write' })
store.initialise({
  genesisHash: digest('genesis'),
  genesisDocument: digest('document'),
  tables: [{ table: 'node', key: digest('key'), record: bytes(2098, 1) }],
  context: bytes(4_000, 0),
  ...hashes(0),
})
store.commit(commitOf(1, 1_000))
store.journal.append(vote(2, 3_000))

fill()
const refused = tryAll(2)
const kept = {
  head: store.head()?.window,
  vote: store.journal.entry(2, 'vote', 1, 1) !== undefined,
  served: store.windowAt(1)?.envelope?.length,
}
const unwritten = store.journal.entry(3, 'vote', 1, 1) === undefined && store.notes.get('note') === undefined
rmSync(ballast)
const done = tryAll(2)
store.close()
const again = openStore({ dir, mode: 'read' })
const after = { head: again.head()?.window, faults: again.integrityFaults(), note: again.notes.get('note')?.length }
again.close()
process.stdout.write(`${JSON.stringify({ refused, kept, unwritten, done, after })}\n`)

function fill() {
  for (const size of [2 ** 16, 2 ** 12, 1]) {
    try {
      for (;;) appendFileSync(ballast, new Uint8Array(size))
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error
    }
  }
}

/** What each write came to: a code, or 'done'. */
function tryAll(window) {
  const note = { code: 'CODE', peer: 'peer', window, atMs: 1, sample: bytes(LARGE, 5) }
  const target = { window: 9, manifest: bytes(LARGE, 6), envelope: bytes(9, 6), certificate: bytes(9, 6) }
  const writes = {
    commit: () => store.commit(commitOf(window, LARGE)),
    journal: () => store.journal.append(vote(window + 1, LARGE)),
    certificate: () => store.certificates.put(1, bytes(LARGE, 2)),
    object: () => store.objects.put(digest('object'), bytes(LARGE, 3)),
    note: () => store.notes.put('note', bytes(LARGE, 4)),
    incident: () => store.incidents.noteAll([{ note, count: 1 }]),
    evidence: () => store.evidence.put('vote', 1, bytes(LARGE, 7), bytes(LARGE, 8)),
    work: () => store.work.append(bytes(LARGE, 9)),
    staging: () => store.staging.begin(target),
  }
  return Object.fromEntries(Object.entries(writes).map(([name, write]) => [name, outcome(write)]))
}

function outcome(write) {
  try {
    write()
    return 'done'
  } catch (error) {
    return error.code ?? String(error)
  }
}

function vote(window, size) {
  return { window, kind: 'vote', round: 1, phase: 1, hash: digest(`vote ${window}`), bytes: bytes(size, window) }
}

function commitOf(window, size) {
  const changes = [{ table: 'account', key: digest(`key ${window}`), record: bytes(2_059, window) }]
  const cement = { proposalHash: digest(`proposal ${window}`), cementValue: digest(`cement ${window}`) }
  return { window, ...cement, ...hashes(window), envelope: bytes(size, window), changes, context: bytes(4_000, window) }
}
