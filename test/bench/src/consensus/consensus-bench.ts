import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { measureDisk } from '../bounds/disk.js'
import { machine } from '../machine.js'
import { consensusBounds, consensusFigures } from './figures.js'
import { openModules } from './modules.js'
import { consensusNotes } from './notes.js'
import { proofRows } from './proof-rows.js'
import { consensusRatios } from './ratios.js'
import { renderConsensusReport } from './render.js'
import { replayRows } from './replay-rows.js'
import { sizeRows } from './size-rows.js'
import { consensusTables } from './tables.js'

export const consensusBench: Bench = {
  name: 'consensus',
  summary: 'windows replayed per second, what a larger state costs, and proofs against the proposer',
  flags: ['windows', 'accounts'],
  run: runConsensusBench,
  render: renderConsensusReport,
  tables: consensusTables,
}

async function runConsensusBench(options: BenchOptions): Promise<BenchReport> {
  const host = machine()
  const modules = await openModules()
  try {
    const replayed = await replayRows(modules, options)
    const proofs = await proofRows(modules, options)
    const rows = [...replayed.rows, ...(await sizeRows(modules, options)), ...proofs]
    const { rounds } = options
    const { signatures } = replayed
    const notes = [...(modules.notice ? [modules.notice] : []), ...consensusNotes(host, rounds, signatures)]
    const { name: backend } = modules.backend
    const values = { ratios: consensusRatios(rows), figures: consensusFigures(rows) }
    const bounds = consensusBounds(rows, measureDisk())
    const about = { bench: 'consensus', backend, ...host, rounds, signatures }
    return { ...about, rows, ...values, bounds, peers: [], notes }
  } finally {
    await modules.crypto.close()
  }
}
