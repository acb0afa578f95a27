// A worker thread that reads the anchors of a store beside its writer: { dir, rounds } -> { reads, faults }
import { parentPort, workerData } from 'node:worker_threads'
import { openStore } from '../../dist/index.js'

const LOWEST = new Uint8Array(32)
const HIGHEST = new Uint8Array(32).fill(0xff)
const store = openStore({ dir: workerData.dir, mode: 'read' })
const faults = []
let reads = 0
const stop = new Int32Array(workerData.stop)

/** Every record of an anchor names a window that is not above it, and the key that changes with each window names it. */
function readAnchor({ window, counts }) {
  const table = store.at(window).table('account')
  const records = table.records(LOWEST, HIGHEST, 1_000)
  const windows = records.map(({ record }) => Number(Buffer.from(record).toString()))
  const leaves = [...table.leaves(LOWEST, HIGHEST)].length
  const isSound = Math.max(...windows) === window && records.length === counts.account && leaves === records.length
  if (!isSound) faults.push({ window, windows, leaves })
  reads++
}

parentPort.postMessage('ready')
while (Atomics.load(stop, 0) === 0) {
  for (const anchor of store.anchors.list()) {
    try {
      readAnchor(anchor)
    } catch (error) {
      if (error.code !== 'ANCHOR_GONE') faults.push(error.message)
    }
  }
}
store.close()
parentPort.postMessage({ reads, faults })
