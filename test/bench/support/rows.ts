import type { Row } from '../src/bench.js'
import {
  ENGINE_ALONE,
  GRIND,
  VERIFY,
  WITH_ALL,
  WITH_CLOCK,
  WITH_SIGNATURES,
  WITH_STORE,
} from '../src/consensus/names.js'
import type { ConsensusRow } from '../src/consensus/rows.js'
import {
  HOOK_CALL,
  HOOK_COMMAND,
  MIRROR_NOOP,
  MIRROR_PUSH,
  OUR_FIRST,
  OUR_SYNC,
  PLAIN_FIRST,
} from '../src/mirror/names.js'
import type { MirrorRow } from '../src/mirror/rows.js'
import { BARE, MESH, type NodeRow, SOLO } from '../src/node/rows.js'
import type { SyncRow } from '../src/sync/rows.js'
import type { TransportRow } from '../src/transport/rows.js'

// Complete rows of each bench, with numbers that are easy to reckon with.

const clock = (name: string, stepsPerSecond: number): Row => ({ name, stepsPerSecond, slowest: 1, fastest: 2 })
export const CLOCK: readonly Row[] = [
  clock('native chain', 30e6),
  clock('OpenSSL SHA256 loop', 20e6),
  clock('crypto.hash', 1e6),
  clock('our TypeScript reference', 1e6),
  clock('verify, 2 lanes, 1 core', 50e6),
  clock('verify, 4 lanes, 1 core', 55e6),
  clock('verify, measured choice, 1 core', 60e6),
  clock('verify, measured choice, 2 cores', 130e6),
]

const process = (name: string, rssBytes: number, loopDelayP99Ms: number | null): NodeRow => {
  return { name, rssBytes, rssMaxBytes: rssBytes + 1e6, loopDelayP99Ms, windows: 20, stepsPerSecond: 30e6 }
}
export const NODE: readonly NodeRow[] = [process(BARE, 50e6, null), process(SOLO, 100e6, 2.5), process(MESH, 110e6, 8)]

const consensus = (group: ConsensusRow['group'], name: string, perSecond: number): ConsensusRow => {
  return { group, name, unit: group === 'proof' ? 'steps' : 'windows', perSecond, slowest: 1, fastest: 2 }
}
export const CONSENSUS: readonly ConsensusRow[] = [
  consensus('replay', ENGINE_ALONE, 2000),
  consensus('replay', WITH_SIGNATURES, 300),
  consensus('replay', WITH_STORE, 800),
  consensus('replay', WITH_CLOCK, 30),
  consensus('replay', WITH_ALL, 25),
  consensus('state size', '1,000 accounts', 2000),
  consensus('state size', '100,000 accounts', 1000),
  consensus('proof', GRIND, 30e6),
  consensus('proof', VERIFY, 75e6),
]

const transport = (stack: TransportRow['stack'], backend: TransportRow['backend'], trips: number): TransportRow => ({
  stack,
  backend,
  firstByteMs: 60 * trips,
  roundTrips: trips,
  handshakeCpuMs: { initiator: { p50: 2, p99: 9 }, responder: { p50: 3, p99: 8 } },
  throughputMBps: 100,
  rssPerConnection: { dialled: 10_240, accepted: 20_480 },
})
export const TRANSPORT: readonly TransportRow[] = [
  transport('stock', 'node', 4),
  transport('pq', 'node', 4.1),
  transport('pq', 'noble', 4),
  transport('hybrid', 'node', 5.9),
  transport('hybrid', 'noble', 6),
]

const mirror = (group: MirrorRow['group'], name: string, medianMs: number): MirrorRow => {
  return { group, name, medianMs, fastestMs: medianMs / 2, slowestMs: medianMs * 2, rounds: 3 }
}
export const MIRROR: readonly MirrorRow[] = [
  mirror('hook', HOOK_CALL, 0.3),
  mirror('hook', HOOK_COMMAND, 120),
  mirror('hook', MIRROR_PUSH, 15),
  mirror('no-op sync', OUR_SYNC, 30),
  mirror('no-op sync', MIRROR_NOOP, 15),
  mirror('first push', OUR_FIRST, 4000),
  mirror('first push', PLAIN_FIRST, 3900),
]

const sync = (accounts: number, seconds: number): SyncRow => ({
  accounts,
  window: 256,
  seconds,
  tableSeconds: seconds - 5,
  installSeconds: 0.5,
  peakRssBytes: 200e6,
  bytes: accounts * 2059,
  wastedBytes: 0,
  proofs: 4096,
  records: accounts + 8,
  cpuSeconds: 20,
  serversCpuSeconds: 30,
  loopDelayMaxMs: 90,
  loopDelayP99Ms: 20,
  chunksByPeer: [1024],
  refuted: [],
  findings: [],
  replayWindows: 3125,
  replaySeconds: 20,
  replayFullSeconds: 200,
})
export const SYNC: readonly SyncRow[] = [sync(100_000, 80), sync(1_000_000, 400)]
