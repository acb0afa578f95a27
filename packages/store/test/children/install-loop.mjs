// Fetches and installs one state after another and says what it does: node install-loop.mjs DIR
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../dist/index.js'

const digest = (text) => new Uint8Array(createHash('sha256').update(text).digest())
const bytes = (text) => new Uint8Array(Buffer.from(text))
const RECORDS = 400
const LOWEST = new Uint8Array(32)
const HIGHEST = new Uint8Array(32).fill(0xff)
const TABLES = ['account', 'node', 'candidate']

function keyOf(place) {
  const key = new Uint8Array(32)
  key[31] = place >> 8
  key[30] = place & 0xff
  return key
}

/** Every record of a state names its window. */
function pieceOf(table, window) {
  const places = Array.from({ length: RECORDS }, (_, i) => i)
  const records = places.map(() => bytes(`${window}`.padStart(500)))
  const leaf = digest(`mt-merkle-leaf\0${`${window}`.padStart(500)}`)
  const joined = (parts) => new Uint8Array(Buffer.concat(parts))
  const [keys, leaves] = [joined(places.map(keyOf)), joined(places.map(() => leaf))]
  return { table, lo: LOWEST, hi: HIGHEST, keys, records: joined(records), leaves }
}

const rowOf = (window) => ({
  window,
  proposalHash: digest(`proposal ${window}`),
  stateRoot: digest(`root ${window}`),
  timechainValue: digest(`time ${window}`),
  contextHash: digest(`context ${window}`),
  cementValue: digest(`cement ${window}`),
  context: bytes(`${window}`),
  envelope: bytes(`${window}`),
  certificate: bytes(`${window}`),
})

const store = openStore({ dir: process.argv[2], mode: 'write' })
if (store.head() === undefined) {
  const { stateRoot, timechainValue, contextHash, context } = rowOf(0)
  const genesis = { genesisHash: digest('genesis'), genesisDocument: bytes('document'), tables: [] }
  store.initialise({ ...genesis, stateRoot, timechainValue, contextHash, context })
}
for (let window = store.head().window + 10; ; window += 10) {
  if (store.staging.target()?.window !== window)
    store.staging.begin({ window, manifest: bytes('m'), envelope: bytes('e'), certificate: bytes('c') })
  for (const table of TABLES) store.staging.put([pieceOf(table, window)])
  writeSync(1, `staged ${window}\n`)
  const stub = { lo: LOWEST, depth: 0, count: RECORDS, key: LOWEST, height: 0, hash: digest(`stub ${window}`) }
  store.staging.install({ ...rowOf(window), stubs: { account: [stub], node: [stub], candidate: [stub] }, freeze: true })
  writeSync(1, `installed ${window}\n`)
  while (store.reclaim(300) > 0);
}
