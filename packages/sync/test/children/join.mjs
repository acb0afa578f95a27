// A joining process that is made to be killed. Its peers are in the parent, and answer over IPC.
import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import { seededRandom, systemTime } from '@montana/foundation'
import { decodeGenesisDocument, genesisHash, genesisState } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore } from '@montana/store'
import { createSnapshotClient } from '../../dist/index.js'

const waiting = new Map()
let next = 0

const call = (peer, method, argument) => {
  const id = next++
  process.send({ type: 'call', id, peer, method, argument })
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
}

const peerOf = ({ id, window }) => ({
  id,
  status: () => ({ window, snapshotWindow: window }),
  manifest: (window) => call(id, 'manifest', window),
  envelope: (window) => call(id, 'envelope', window),
  certificate: (window) => call(id, 'certificate', window),
  chunk: (request) => call(id, 'chunk', request),
  range: (request) => call(id, 'range', request),
})

async function join({ dir, document: bytes, peers, limits }) {
  const document = decodeGenesisDocument(bytes)
  const store = openStore({ dir, mode: 'write', genesisHash: genesisHash(document) })
  const crypto = await selectPqBackend()
  const client = createSnapshotClient({
    peers: peers.map(peerOf),
    store,
    backend: loadBackend().backend,
    verify: createSignatureVerifier(crypto),
    document,
    known: [{ window: 0, nodes: genesisState(document).nodes }],
    time: systemTime,
    random: seededRandom(1),
    signal: new AbortController().signal,
    limits,
    onProgress: (progress) => process.send({ type: 'progress', progress }),
  })
  const { window } = await client.run()
  store.close()
  await crypto.close()
  process.send({ type: 'done', window }, () => process.exit(0))
}

process.on('message', (message) => {
  if (message.type === 'join') return void join(message)
  const { resolve, reject } = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.error) reject(new Error(message.error))
  else resolve(message.answer)
})
