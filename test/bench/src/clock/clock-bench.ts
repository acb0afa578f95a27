import { javascriptPeers, opensslPeers } from '@montana/bench-peers'
import { type HashBackend, loadBackend } from '@montana/native'
import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { machine } from '../machine.js'
import { type Contender, measure } from '../measure.js'
import { renderReport } from '../table.js'
import { BOUND, boundContender, boundOf, physicalBounds } from './bound.js'
import { chainOf, contenderOf } from './contenders.js'
import { clockFigures } from './figures.js'
import { clockNotes } from './notes.js'
import { clockRatios } from './ratios.js'
import { clockTables } from './tables.js'
import { makeProof, verification } from './verification.js'

export const clockBench: Bench = {
  name: 'clock',
  summary: 'the sequential-hash clock and its verification against OpenSSL and JavaScript',
  run: runClockBench,
  render: renderReport,
  tables: clockTables,
}

async function runClockBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const { backend, notice } = loadBackend()
  const host = machine()
  const { peers: openssl, notes: missing, native } = opensslPeers()
  const javascript = await javascriptPeers()
  // What is compared most closely stands side by side.
  const contenders = [
    chainOf(backend, 'native chain'),
    ...(native ? [boundContender(native)] : []),
    ...openssl.map(contenderOf),
    ...(await verifications(backend, host.cores)),
    ...javascript.map(contenderOf),
    chainOf(loadBackend({ force: 'typescript' }).backend, 'our TypeScript reference'),
  ]
  const measured = await measure(contenders, rounds, progress)
  const rows = measured.filter(({ name }) => name !== BOUND)
  const bound = boundOf(measured)
  const values = { ratios: clockRatios(rows, host.cores, bound), figures: clockFigures(rows) }
  const peers = [...openssl, ...javascript].map(({ peer }) => peer)
  const notes = [...(notice ? [notice] : []), ...missing, ...clockNotes(host, rounds, bound)]
  const bounds = physicalBounds(measured, bound)
  return { bench: 'clock', backend: backend.name, ...host, rounds, rows, ...values, bound, bounds, peers, notes }
}

/** One core with every number of lanes, then two cores and all of them. */
async function verifications(backend: HashBackend, cores: number): Promise<Contender[]> {
  const proof = await makeProof(backend)
  const oneCore = backend.lanes.map((lanes) => verification(backend, proof, 1, lanes))
  const counts = [...new Set([2, cores])].filter((threads) => threads > 1 && threads <= cores)
  const moreCores = counts.flatMap((threads) => [
    ...([1, 2, 4] as const).map((lanes) => verification(backend, proof, threads, lanes)),
    verification(backend, proof, threads),
  ])
  return [...oneCore, verification(backend, proof, 1), ...moreCores]
}
