import {
  type ChainState,
  decodeContext,
  decodeEnvelope,
  type EngineState,
  genesisChainState,
  type JournalEntry,
  type RecentWindow,
  restoreState,
  type WindowCommit,
} from '@montana/consensus'
import { toHex } from '@montana/foundation'
import {
  decodeNodeRegistration,
  decodeState,
  emptyState,
  type GenesisDocument,
  type LedgerState,
  stateChanges,
  type TableName,
} from '@montana/ledger'
import type { HostBug } from './bugs.js'
import type { Disk } from './disk.js'

/** Windows whose attestations can still be compared after a restart, as in the node. */
const RECENT_WINDOWS = 64

/** The state of a process that starts over what its disk holds, by the engine's own way in. */
export function restoreFromDisk(
  disk: Disk,
  document: GenesisDocument,
  nowMs: number,
  bugs: ReadonlySet<HostBug>,
): EngineState {
  const chain = restoreChain(disk.commits, document, bugs.has('stale-context-after-restart'))
  const head = chain.context.window
  const isForgotten = ({ kind }: JournalEntry) => {
    return bugs.has('forgets-votes-on-restart') && (kind === 'vote' || kind === 'lock' || kind === 'propose')
  }
  const kept = [...disk.journal.values()].filter((entry) => entry.window >= head && !isForgotten(entry))
  const journal = kept.sort(compareEntries)
  const headEnvelope = disk.commits.at(-1)?.envelope
  const registrations = [...disk.objects.values()].map(decodeNodeRegistration)
  const { signFrom } = disk
  return restoreState({ chain, headEnvelope, recent: recentWindows(disk), journal, registrations, signFrom }, nowMs)
}

/** The order in which the node's store lists its journal. */
function compareEntries(a: JournalEntry, b: JournalEntry): number {
  return a.window - b.window || compareText(a.kind, b.kind) || a.round - b.round || a.phase - b.phase
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** S_head. A planted bug takes the histories of the context from the window before. */
function restoreChain(commits: readonly WindowCommit[], document: GenesisDocument, isStale: boolean): ChainState {
  const genesis = genesisChainState(document)
  const [last, before] = [commits.at(-1), commits.at(-2)]
  if (!last) return genesis
  const context = decodeContext(last.context)
  const old = isStale && before ? decodeContext(before.context) : context
  const histories = {
    aggregatePrev1: old.aggregatePrev1,
    aggregatePrev2: old.aggregatePrev2,
    candidates: old.candidates,
  }
  const tables = restoreTables(genesis.tables, commits)
  return { params: document.params, tables, context: { ...context, ...histories } }
}

function restoreTables(genesis: LedgerState, commits: readonly WindowCommit[]): LedgerState {
  const records: Record<TableName, Map<string, Uint8Array>> = {
    account: new Map(),
    node: new Map(),
    candidate: new Map(),
  }
  const changes = [stateChanges(emptyState(), genesis), ...commits.map((commit) => commit.changes)].flat()
  for (const { table, key, record } of changes) {
    if (record) records[table].set(toHex(key), record)
    else records[table].delete(toHex(key))
  }
  const { account, node, candidate } = records
  return decodeState({ accounts: account.values(), nodes: node.values(), candidates: candidate.values() })
}

function recentWindows({ commits, certificates }: Disk): Map<number, RecentWindow> {
  const recent = commits.slice(-RECENT_WINDOWS).map((commit): [number, RecentWindow] => {
    const { window, proposalHash, contextHash, cementValue } = commit
    const { proposerNodeId } = decodeEnvelope(commit.envelope).header
    const flags = { weights: undefined, isCertified: certificates.has(window), isDisputed: false }
    return [window, { value: toHex(cementValue), proposalHash, contextHash, proposerNodeId, ...flags }]
  })
  return new Map(recent)
}
