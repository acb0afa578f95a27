import type { ReadModules } from './modules.js'
import { chainOf } from './modules.js'
import { checkQuery, cursorOf, limitOf, windowPlace } from './query.js'
import type { WindowRow, Windows } from './windows.js'

const PROPOSALS_DEFAULT = 30
const WINNERS_DEFAULT = 20

/** `/api/proposals`, newest first. */
export async function proposals(
  modules: ReadModules,
  windows: Windows,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<unknown> {
  const { head, rows, next } = await page(modules, windows, { query, otherwise: PROPOSALS_DEFAULT, signal })
  const names = modules.names()
  const proposals = rows.map((row) => ({
    ...{ window: row.window, proposal_hash: row.proposalHash, state_root: row.stateRoot },
    ...{ proposer: names(row.proposerId), fallback_depth: row.depth },
    ...{ winner: names(row.winnerId), drawn: row.drawn, envelope_size: row.size },
    ...{ bundle_count: row.bundles, confirmer_count: row.confirmers, control_count: row.control },
    applied_at: row.appliedAt,
  }))
  return { head, proposals, next }
}

/** `/api/winners`, newest first. Every window emits: spec protocol 12.1. */
export async function winners(
  modules: ReadModules,
  windows: Windows,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<unknown> {
  const { head, rows, next } = await page(modules, windows, { query, otherwise: WINNERS_DEFAULT, signal })
  const names = modules.names()
  const emission_nj = String(modules.document.params.emissionMoneta)
  const winners = rows.map(({ window, winnerId, drawn, endpoint, appliedAt: applied_at }) => {
    const lottery_window = drawn ? window - 1 : null
    return { window, lottery_window, winner: names(winnerId), drawn, endpoint, emission_nj, applied_at }
  })
  return { head, winners, next }
}

interface Asked {
  readonly query: URLSearchParams
  readonly otherwise: number
  readonly signal: AbortSignal
}

async function page(modules: ReadModules, windows: Windows, { query, otherwise, signal }: Asked) {
  checkQuery(query, ['limit', 'cursor'])
  const limit = limitOf(query, otherwise)
  const head = chainOf(modules).context.window
  const from = Math.min(head, windowPlace(query) ?? head)
  const rows = await windows.rows(from, limit, signal)
  return { head, rows, next: nextOf(modules, rows) }
}

function nextOf({ store }: ReadModules, rows: readonly WindowRow[]): string | null {
  const last = rows.at(-1)?.window
  const oldest = store.oldestWindow()
  return last === undefined || oldest === undefined || last <= oldest ? null : cursorOf('w', last - 1)
}
