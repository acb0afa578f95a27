import { isAbort, withTimeout } from '@montana/foundation'
import { getJson, locate, type NodeSource } from '@montana/soak/formats'
import { z } from 'zod'
import { NO_LEDGER } from './data.js'
import type { LedgerFacts } from './schema.js'

/** Read from the store, one reader after another: more patient than for a status. The unit that exports has 45 s. */
const LEDGER_DEADLINE_MS = 8_000
const WINNERS_SHOWN = 20
const DISTRIBUTION_MAX = 200

const { object, string: text } = z
const count = z.int().nonnegative()
const hex32 = text().regex(/^[0-9a-f]{64}$/)
const name = { node_id: hex32, label: text().max(64).nullable() }

/** As much of `/api/genesis`, `/api/consensus` and `/api/winners` of spec operations 13.2 as a static page shows. */
const genesisSchema = object({ network_name: text().max(128), genesis_hash: hex32 })
const consensusSchema = object({
  window: count,
  ...{ active_nodes: count, total_chain_length: count, quorum: count },
  distribution: z.array(object({ ...name, weight: count, share_permille: count })).max(DISTRIBUTION_MAX),
})
const winnersSchema = object({
  winners: z.array(object({ window: count, winner: object(name), drawn: z.boolean() })).max(WINNERS_SHOWN),
})

type LocalSource = Parameters<typeof locate>[0]

/** What one node says of its ledger; null in each group that it does not say. Throws only AbortError. */
export async function ledgerFacts(source: NodeSource | undefined, signal: AbortSignal): Promise<LedgerFacts> {
  if (source === undefined || 'ssh' in source) return NO_LEDGER
  const ask = async <T>(path: string, schema: z.ZodType<T>) => await tryAsk(source, path, schema, signal)
  const [genesis, consensus, winners] = await Promise.all([
    ask('/api/genesis', genesisSchema),
    ask('/api/consensus', consensusSchema),
    ask(`/api/winners?limit=${WINNERS_SHOWN}`, winnersSchema),
  ])
  return { genesis, consensus, winners: winners?.winners.map(flatWinner) ?? null }
}

function flatWinner({ window, winner, drawn }: z.infer<typeof winnersSchema>['winners'][number]) {
  return { window, ...winner, drawn }
}

async function tryAsk<T>(source: LocalSource, path: string, schema: z.ZodType<T>, signal: AbortSignal) {
  try {
    return await withTimeout(LEDGER_DEADLINE_MS, signal, async (inner) => {
      const { url } = await locate(source, inner)
      return schema.safeParse(await getJson(new URL(path, url), inner)).data ?? null
    })
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    return null
  }
}
