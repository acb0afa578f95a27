import { gitPeer } from '@montana/bench-peers'
import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { measureDisk } from '../bounds/disk.js'
import { machine, machineNotes } from '../machine.js'
import { temporaryFolder } from '../temporary.js'
import { firstContenders, hookContenders, noopContenders } from './contenders.js'
import { mirrorBounds, mirrorFigures } from './figures.js'
import { mirrorRatios } from './ratios.js'
import { renderMirrorReport } from './render.js'
import { type MirrorRow, measureWithin } from './rows.js'
import { mirrorTables } from './tables.js'

/** With main 1,001 refs. Spec repository-mirror 16.3. */
const BRANCHES = 1_000
const FIRST_PUSH_MEBIBYTES = 100
/** A first push takes seconds and writes 100 MiB each time. */
const FIRST_PUSH_ROUNDS_MAX = 3
const BUDGET_MS = 20_000
const GO_MS = 60_000

export const mirrorBench: Bench = {
  name: 'mirror',
  summary: 'hook, no-op sync and first push of the repository mirror against git push',
  run: runMirrorBench,
  render: renderMirrorReport,
  tables: mirrorTables,
}

async function runMirrorBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const host = machine()
  const folder = temporaryFolder()
  const bounds = { rounds, budgetMs: BUDGET_MS, goMs: GO_MS, progress }
  try {
    const rows: MirrorRow[] = [
      ...(await measureWithin('hook', hookContenders(folder.path), bounds, true)),
      ...(await measureWithin('no-op sync', noopContenders(folder.path, BRANCHES), bounds, true)),
      ...(await firstPush(folder.path, bounds)),
    ]
    const values = { ratios: mirrorRatios(rows), figures: mirrorFigures(rows) }
    const disk = measureDisk(folder.path)
    const beside = { peers: [gitPeer()], bounds: mirrorBounds(rows, FIRST_PUSH_MEBIBYTES, disk) }
    return { bench: 'mirror', ...host, rounds, rows, ...values, ...beside, notes: notes(host, rounds) }
  } finally {
    folder.remove()
  }
}

async function firstPush(folder: string, bounds: Parameters<typeof measureWithin>[2]): Promise<MirrorRow[]> {
  const rounds = Math.min(bounds.rounds, FIRST_PUSH_ROUNDS_MAX)
  return await measureWithin('first push', firstContenders(folder, FIRST_PUSH_MEBIBYTES), { ...bounds, rounds }, false)
}

function notes(host: ReturnType<typeof machine>, rounds: number): string[] {
  return [
    'ours ÷ theirs in time: below 1 is faster; targets are repositories on the same disk, where a push has no line to wait for',
    `no-op sync: ${BRANCHES + 1} refs; ours also reads back what the target has. First push: ${FIRST_PUSH_MEBIBYTES} MiB; promised within 1.5 × of git`,
    ...machineNotes(host, rounds),
  ]
}
