import { parentPort, workerData } from 'node:worker_threads'
import { hasherOf } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { SnapshotDesk } from './desk.js'
import type { SnapshotReply, SnapshotRequest, SnapshotThreadData } from './protocol.js'

const { dataDir } = workerData as SnapshotThreadData

function say(reply: SnapshotReply): void {
  parentPort?.postMessage(reply, reply.kind === 'answer' ? [reply.payload.buffer] : [])
}

const desk = new SnapshotDesk({ dataDir, hasher: hasherOf(loadBackend().backend), say })

parentPort?.on('message', (request: SnapshotRequest) => {
  if (request.kind !== 'stop') return desk.take(request)
  desk.close()
  parentPort?.close()
})
