import { libp2pPeers } from '@montana/bench-peers'
import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { loopbackBytesPerSecond } from '../bounds/loopback.js'
import { machine, machineNotes } from '../machine.js'
import { type BackendName, CONTENDERS, type StackName } from './contenders.js'
import { transportBounds, transportFigures } from './figures.js'
import { goals } from './goals.js'
import { Pair } from './pair.js'
import { renderTransportReport } from './render.js'
import { percentile, percentiles, roundTripsOf, type TransportRow } from './rows.js'
import { transportTables } from './tables.js'

/** The link of the goals, and a second one that shows how much of the time is round trips. */
const NEAR_RTT_MS = 60
/** The longer, the less a delay of the host looks like a part of a round trip. */
const FAR_RTT_MS = 240
const PUSH_BYTES = 64 * 1024 * 1024
const HANDSHAKES_PER_ROUND = 10
/** As many first fill what a process keeps in stock; the growth over those after them is what a connection costs. */
const CONNECTIONS_PER_ROUND = 20
const CONNECTIONS_MAX = 300

export const transportBench: Bench = {
  name: 'transport',
  summary: 'round trips, handshake cost, throughput and memory against stock js-libp2p with plain Noise',
  run: runTransportBench,
  render: renderTransportReport,
  tables: transportTables,
}

/** What was measured of one pair, round by round. */
interface Samples {
  readonly pair: Pair
  readonly nearMs: number[]
  readonly farMs: number[]
  readonly initiatorMs: number[]
  readonly responderMs: number[]
  readonly pushMs: number[]
}

async function runTransportBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const host = machine()
  const connections = Math.min(CONNECTIONS_MAX, CONNECTIONS_PER_ROUND * rounds)
  const all = await openPairs()
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const samples of all) {
        progress(`round ${round} of ${rounds}: ${samples.pair.stack}, ${samples.pair.backend}`)
        await measureRound(samples, round > 0)
      }
    }
    const rows: TransportRow[] = []
    for (const samples of all) {
      progress(`memory: ${samples.pair.stack}, ${samples.pair.backend}`)
      rows.push(await rowOf(samples, connections))
    }
    const { ratios, notes } = goals(rows)
    const method = `round trips: from ${NEAR_RTT_MS} ms to ${FAR_RTT_MS} ms; memory: growth over ${connections} connections`
    return {
      bench: 'transport',
      ...host,
      rounds,
      rows,
      ratios,
      figures: transportFigures(rows),
      bounds: transportBounds(rows, await loopbackBytesPerSecond()),
      peers: libp2pPeers(),
      notes: [...notes, method, ...machineNotes(host, rounds)],
    }
  } finally {
    for (const { pair } of all) await pair.close()
  }
}

async function openPairs(): Promise<Samples[]> {
  const all: Samples[] = []
  for (const { stack, backend } of CONTENDERS) {
    const pair = await Pair.open(stack, backend)
    all.push({ pair, nearMs: [], farMs: [], initiatorMs: [], responderMs: [], pushMs: [] })
  }
  return all
}

/** The first round is not kept: it compiles. */
async function measureRound({ pair, ...samples }: Samples, isKept: boolean): Promise<void> {
  const nearMs = await pair.firstByteMs(NEAR_RTT_MS)
  const farMs = await pair.firstByteMs(FAR_RTT_MS)
  const { initiator, responder } = await pair.handshakeCpuMs(HANDSHAKES_PER_ROUND)
  const pushMs = await pair.pushMs(PUSH_BYTES)
  if (!isKept) return
  samples.nearMs.push(nearMs)
  samples.farMs.push(farMs)
  samples.initiatorMs.push(...initiator)
  samples.responderMs.push(...responder)
  samples.pushMs.push(pushMs)
}

async function rowOf({ pair, ...samples }: Samples, connections: number): Promise<TransportRow> {
  const { stack, backend } = pair
  return {
    stack,
    backend,
    firstByteMs: percentile(samples.nearMs, 0.5),
    // Of the fastest rounds: those that waited for nothing but the link.
    roundTrips: roundTripsOf(Math.min(...samples.nearMs), Math.min(...samples.farMs), NEAR_RTT_MS, FAR_RTT_MS),
    handshakeCpuMs: { initiator: percentiles(samples.initiatorMs), responder: percentiles(samples.responderMs) },
    throughputMBps: PUSH_BYTES / 1000 / percentile(samples.pushMs, 0.5),
    rssPerConnection: await rssPerConnection(stack, backend, connections),
  }
}

/** With processes of their own: those of the other measurements have memory to spare. */
async function rssPerConnection(
  stack: StackName,
  backend: BackendName,
  count: number,
): Promise<TransportRow['rssPerConnection']> {
  const fresh = await Pair.open(stack, backend)
  try {
    return await fresh.rssPerConnection(count, count)
  } finally {
    await fresh.close()
  }
}
