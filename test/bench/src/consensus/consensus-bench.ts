import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { machine } from '../machine.js'
import { openModules } from './modules.js'
import { consensusNotes } from './notes.js'
import { proofRows } from './proof-rows.js'
import { consensusRatios } from './ratios.js'
import { renderConsensusReport } from './render.js'
import { replayRows } from './replay-rows.js'
import { sizeRows } from './size-rows.js'

export const consensusBench: Bench = {
  name: 'consensus',
  summary: 'windows replayed per second, what a larger state costs, and proofs against the proposer',
  flags: ['windows', 'accounts'],
  run: runConsensusBench,
  render: renderConsensusReport,
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
    return { bench: 'consensus', backend, ...host, rounds, signatures, rows, ratios: consensusRatios(rows), notes }
  } finally {
    await modules.crypto.close()
  }
}
