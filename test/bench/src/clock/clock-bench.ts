import { errorMessage } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { type BenchNative, loadBenchNative } from '../bench-native.js'
import { machine } from '../machine.js'
import { type Contender, measure } from '../measure.js'
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
}

interface Field {
  contenders: Contender[]
  notes: string[]
}

async function runClockBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const { backend, notice } = loadBackend()
  const host = machine()
  const own = await ownContenders(backend, host.cores)
  const peers = opensslField(loadBenchNative())
  const measured = await measure([...own, ...peers.contenders, ...(await javascript())], rounds, progress)
  const rows = measured.filter(({ name }) => name !== BOUND)
  const bound = boundOf(measured)
  const ratios = clockRatios(rows, host.cores, bound)
  const notes = [...(notice ? [notice] : []), ...peers.notes, ...clockNotes(host, rounds, bound)]
  return { bench: 'clock', backend: backend.name, ...host, rounds, rows, ratios, bound, notes }
}

/** One core with every number of lanes, then two cores and all of them. */
async function ownContenders(backend: HashBackend, cores: number): Promise<Contender[]> {
  const proof = await makeProof(backend)
  const oneCore = backend.lanes.map((lanes) => verification(backend, proof, 1, lanes))
  const counts = [...new Set([2, cores])].filter((threads) => threads > 1 && threads <= cores)
  const moreCores = counts.flatMap((threads) => [
    ...([1, 2, 4] as const).map((lanes) => verification(backend, proof, threads, lanes)),
    verification(backend, proof, threads),
  ])
  const reference = chainOf(loadBackend({ force: 'typescript' }).backend, 'our TypeScript reference')
  return [chainOf(backend, 'native chain'), ...oneCore, verification(backend, proof, 1), ...moreCores, reference]
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
