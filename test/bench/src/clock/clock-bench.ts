import { errorMessage } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { type BenchNative, loadBenchNative } from '../bench-native.js'
import { machine } from '../machine.js'
import { type Contender, measure } from '../measure.js'
import { renderReport } from '../table.js'
import { BOUND, boundContender, boundOf } from './bound.js'
import { chainOf, javascript, opensslLoop } from './contenders.js'
import { clockNotes } from './notes.js'
import { clockRatios } from './ratios.js'
import { makeProof, verification } from './verification.js'

const OPENSSL_SYMBOLS = ['SHA256_Transform', 'sha256_block_data_order', 'SHA256']

export const clockBench: Bench = {
  name: 'clock',
  summary: 'the sequential-hash clock and its verification against OpenSSL and JavaScript',
  run: runClockBench,
  render: renderReport,
}

interface Field {
  contenders: Contender[]
  notes: string[]
}

async function runClockBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const { backend, notice } = loadBackend()
  const host = machine()
  const peers = opensslField(loadBenchNative())
  // What is compared most closely stands side by side.
  const contenders = [
    chainOf(backend, 'native chain'),
    ...peers.contenders,
    ...(await verifications(backend, host.cores)),
    ...(await javascript()),
    chainOf(loadBackend({ force: 'typescript' }).backend, 'our TypeScript reference'),
  ]
  const measured = await measure(contenders, rounds, progress)
  const rows = measured.filter(({ name }) => name !== BOUND)
  const bound = boundOf(measured)
  const ratios = clockRatios(rows, host.cores, bound)
  const notes = [...(notice ? [notice] : []), ...peers.notes, ...clockNotes(host, rounds, bound)]
  return { bench: 'clock', backend: backend.name, ...host, rounds, rows, ratios, bound, notes }
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

function opensslField({ native, reason }: { native?: BenchNative; reason?: string }): Field {
  if (!native) return { contenders: [], notes: [`OpenSSL loops and latency bound not measured: ${reason}`] }
  const field: Field = { contenders: [boundContender(native)], notes: [] }
  for (const symbol of OPENSSL_SYMBOLS) {
    try {
      field.contenders.push(opensslLoop(native, symbol))
    } catch (error) {
      field.notes.push(`not measured: ${errorMessage(error)}`)
    }
  }
  return field
}
