// Commits windows and reports each one after it was acknowledged, until the disk refuses: node commit-loop.mjs DIR [WINDOWS]
// With WINDOWS it says also what it has signed and what was refused, tries again what the disk had no space for, and kills
// itself after so many of them or when the disk is broken.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../dist/index.js'

const digest = (text) => new Uint8Array(createHash('sha256').update(text).digest())
const record = (window, size) => {
  const bytes = new Uint8Array(size).fill(window & 0xff)
  bytes.set(Buffer.from(String(window).padStart(20, '0')))
  return bytes
}

const windows = Number(process.argv[3] ?? Number.POSITIVE_INFINITY)
const isTelling = windows < Number.POSITIVE_INFINITY
const store = begin()

/** A node that cannot open its store ends in order, and says why. */
function begin() {
  try {
    const opened = openStore({ dir: process.argv[2], mode: 'write', genesisHash: digest('genesis') })
    if (opened.head() === undefined) initialise(opened)
    return opened
  } catch (error) {
    if (!isTelling) throw error
    writeSync(1, `closed ${error.code}\n`)
    process.exit(1)
  }
}

function initialise(opened) {
  opened.initialise({
    genesisHash: digest('genesis'),
    genesisDocument: digest('document'),
    tables: [0, 1, 2, 3].map((i) => ({ table: 'node', key: digest(`key ${i}`), record: record(0, 2098) })),
    context: record(0, 4240),
    stateRoot: digest('root 0'),
    timechainValue: digest('time 0'),
    contextHash: digest('context 0'),
  })
}
const refusal = (work) => {
  try {
    work()
    return undefined
  } catch (error) {
    return error.code
  }
}

const last = store.head().window + windows
// What a node shows of itself once it has opened its store.
if (isTelling) writeSync(1, `opened ${store.head().window} ${signedLast()}\n`)
for (let window = store.head().window + 1; ; window++) {
  if (window > last) process.kill(process.pid, 'SIGKILL')
  const refused = refusal(() => commit(window))
  if (refused === undefined) {
    writeSync(1, `${window}\n`)
    continue
  }
  if (isTelling && refused === 'STORE_FULL') {
    writeSync(1, 'full\n')
    window--
    continue
  }
  const again = refusal(() => store.journal.append(confirmation(window)))
  writeSync(1, `${refused} ${again} ${store.head().window}\n`)
  if (isTelling) process.kill(process.pid, 'SIGKILL')
  break
}

function signedLast() {
  return [...store.journal.entries(0)].at(-1)?.window ?? 0
}

function confirmation(window) {
  const hash = digest(`bc ${window}`)
  return { window, kind: 'bc', round: 0, phase: 0, hash, bytes: record(window, 3500) }
}

function commit(window) {
  store.journal.append({
    window,
    kind: 'bc',
    round: 0,
    phase: 0,
    hash: digest(`bc ${window}`),
    bytes: record(window, 3500),
  })
  if (isTelling) writeSync(1, `signed ${window}\n`)
  store.commit({
    window,
    proposalHash: digest(`proposal ${window}`),
    stateRoot: digest(`root ${window}`),
    timechainValue: digest(`time ${window}`),
    contextHash: digest(`context ${window}`),
    cementValue: digest(`cement ${window}`),
    envelope: record(window, 30_000),
    changes: [
      ...[0, 1, 2, 3].map((i) => ({ table: 'node', key: digest(`key ${i}`), record: record(window, 2098) })),
      { table: 'account', key: digest(`account ${window % 5}`), record: record(window, 2059) },
    ],
    context: record(window, 4240),
    certificate: record(window, 13_440),
    proof: record(window, 2034),
  })
}
