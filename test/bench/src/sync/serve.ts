import { setTimeout as pause } from 'node:timers/promises'
import { selectPqBackend } from '@montana/crypto'
import { silentLogger } from '@montana/foundation'
import {
  decodeCertificateRequest,
  decodeEnvelopeRangeRequest,
  EXT_ERROR,
  EXT_TYPE,
  ExtError,
  encodeCertificateResponse,
  encodeEnvelopeRangeResponse,
} from '@montana/network'
import { Liar } from '@montana/node/liar'
import { SnapshotServer } from '@montana/node/snapshot-server'
import { openStore, type ReadStore } from '@montana/store'
import { openMesh } from './mesh.js'
import type { Order } from './orders.js'

const READY_POLL_MS = 20
const SNAPSHOT_TYPES: ReadonlySet<number> = new Set([
  EXT_TYPE.snapshotManifest,
  EXT_TYPE.snapshotChunk,
  EXT_TYPE.rangeChunk,
])

/** A server of one anchor: the mesh and the serving thread of a node, and nothing that makes windows. */
export async function serve(order: Order & { do: 'serve' }): Promise<{ ready: boolean }> {
  const { dataDir, window, lies = false } = order
  const store = openStore({ dir: dataDir, mode: 'read' })
  const onFault = (at: number, detail: string) => {
    throw new Error(`the snapshot of window ${at} is not sound: ${detail}`)
  }
  const snapshots = new SnapshotServer({ dataDir, logger: silentLogger, onFault })
  snapshots.announce([window])
  const liar = new Liar()
  liar.isOn = lies
  while (snapshots.newest !== window) await pause(READY_POLL_MS)
  await openMesh({
    ...order,
    crypto: await selectPqBackend(),
    handlers: {
      onStatus: () => {},
      onExtRequest: async ({ peerId }, type, payload, signal) => {
        if (SNAPSHOT_TYPES.has(type)) {
          return liar.alter(peerId, { type, payload }, await snapshots.ask(type, payload, signal))
        }
        return answerWindow(store, type, payload)
      },
    },
    ownWindows: () => ({ window, snapshotWindow: window }),
  })
  return { ready: true }
}

function answerWindow(store: ReadStore, type: number, payload: Uint8Array): Uint8Array {
  if (type === EXT_TYPE.envelopeRange) {
    const { fromWindow: firstWindow } = decodeEnvelopeRangeRequest(payload)
    const envelope = store.windowAt(firstWindow)?.envelope
    if (envelope) return encodeEnvelopeRangeResponse({ firstWindow, more: false, envelopes: [envelope] })
  }
  if (type === EXT_TYPE.certificate) {
    const { fromWindow: firstWindow } = decodeCertificateRequest(payload)
    const certificate = store.certificates.get(firstWindow)
    if (certificate) return encodeCertificateResponse({ firstWindow, more: false, certificates: [certificate] })
  }
  throw new ExtError(EXT_ERROR.notFound)
}
