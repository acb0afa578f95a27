import { chainOf, type ReadModules } from './modules.js'
import type { Names } from './names.js'
import { checkQuery, cursorOf, limitOf, windowPlace } from './query.js'
import type { ReadShare } from './share.js'
import type { WindowRow, Windows } from './windows.js'

const PROPOSALS_DEFAULT = 30
const WINNERS_DEFAULT = 20

export interface ListModules extends ReadModules {
  readonly windows: Windows
  readonly share: ReadShare
}

interface Asked {
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

/** `/api/proposals`, newest first. */
export async function proposals(modules: ListModules, asked: Asked): Promise<unknown> {
  const { head, rows, next } = await page(modules, asked, PROPOSALS_DEFAULT)
  const toRows = () => rows.map((row) => proposalRow(row, modules.names()))
  return { head, proposals: await modules.share.run(toRows, asked.signal), next }
}

function proposalRow(row: WindowRow, names: Names) {
  return {
    ...{ window: row.window, proposal_hash: row.proposalHash, state_root: row.stateRoot },
    ...{ proposer: names(row.proposerId), fallback_depth: row.depth },
    ...{ winner: names(row.winnerId), drawn: row.drawn, envelope_size: row.size },
    ...{ bundle_count: row.bundles, confirmer_count: row.confirmers, control_count: row.control },
    applied_at: row.appliedAt,
  }
}

/** `/api/winners`, newest first. Every window emits: spec protocol 12.1. */
export async function winners(modules: ListModules, asked: Asked): Promise<unknown> {
  const { head, rows, next } = await page(modules, asked, WINNERS_DEFAULT)
  const emission_nj = String(modules.document.params.emissionMoneta)
  const toRows = () => rows.map((row) => ({ ...winnerRow(row, modules.names()), emission_nj }))
  return { head, winners: await modules.share.run(toRows, asked.signal), next }
}

function winnerRow({ window, winnerId, drawn, endpoint, appliedAt: applied_at }: WindowRow, names: Names) {
  return { window, lottery_window: drawn ? window - 1 : null, winner: names(winnerId), drawn, endpoint, applied_at }
}

async function page(modules: ListModules, { query, signal }: Asked, otherwise: number) {
  checkQuery(query, ['limit', 'cursor'])
  const limit = limitOf(query, otherwise)
  const head = chainOf(modules).context.window
  const from = Math.min(head, windowPlace(query) ?? head)
  const rows = await modules.windows.rows(from, limit, signal)
  return { head, rows, next: nextOf(modules, rows) }
}

function nextOf({ store }: ReadModules, rows: readonly WindowRow[]): string | null {
  const last = rows.at(-1)?.window
  const oldest = store.oldestWindow()
  return last === undefined || oldest === undefined || last <= oldest ? null : cursorOf('w', last - 1)
}
