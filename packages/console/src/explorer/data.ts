import { formatTime } from '@montana/foundation'
import { meshView } from '../mesh/mesh-view.js'
import type { Sample, Status } from '../mesh/status.js'
import {
  type DiscoveredPeer,
  EXPLORER_SCHEMA,
  type ExplorerData,
  type ExplorerNode,
  type LedgerFacts,
} from './schema.js'
import type { Seen } from './seen.js'

/** Five periods without a ping. */
const STALE_AFTER_S = 25
const MS_PER_S = 1_000

export interface ExplorerFacts {
  readonly samples: readonly Sample[]
  /** With these samples. */
  readonly seen: Seen
  readonly nowMs: number
  readonly findingsCritical: number | null
  readonly ledger: LedgerFacts
}

/** Where nobody answers. */
export const NO_LEDGER: LedgerFacts = { genesis: null, consensus: null, winners: null }

/** What a static page shows of a mesh. Pure. */
export function explorerData({ samples, seen, nowMs, findingsCritical, ledger }: ExplorerFacts): ExplorerData {
  const view = meshView(samples, nowMs)
  const head = view.head?.window ?? null
  const nodes = samples.map((sample) => explorerNode(sample, samples, head))
  const peers = discoveredPeers(samples, seen, nowMs / MS_PER_S)
  const agrees = view.common?.agrees ?? 'unknown'
  return {
    schema: EXPLORER_SCHEMA,
    updated: formatTime(nowMs),
    updated_unix: Math.floor(nowMs / MS_PER_S),
    nodes,
    discovered_peers: peers,
    network_summary: {
      active_nodes: nodes.filter(({ status }) => status === 'active').length,
      total_nodes: nodes.length,
      discovered_peer_count: peers.length,
      max_window: head,
      total_supply_nj: statusOf(samples, view.head?.label)?.supply ?? null,
      agree: agrees === 'unknown' ? null : agrees === 'yes',
      findings_critical: findingsCritical,
    },
    ledger,
  }
}

function statusOf(samples: readonly Sample[], label: string | undefined): Status | null {
  return samples.find(({ source }) => source.label === label)?.status ?? null
}

function explorerNode({ source: { label }, status, error }: Sample, samples: readonly Sample[], head: number | null) {
  if (status === null) return absentNode(label, error.code, samples)
  const { window, phase, D, build } = status
  const node: ExplorerNode = {
    ...{ label, status: 'active', current_window: window, phase, D, lag: head === null ? null : head - window },
    ...{ account_id: status.account_id, node_id: status.node_id, balance_nj: status.balance },
    ...{ account_table: status.account_table, node_table: status.node_table },
    ...{ header_hash: status.header_hash, state_root: status.state_root },
    build: build && (build.revision === null ? build.version : `${build.version} ${build.revision.slice(0, 12)}`),
    uptime_seconds: status.proc.uptime_s,
  }
  return node
}

/** Whether others hear it says whose fault it is that it does not answer. */
function absentNode(label: string, code: string, samples: readonly Sample[]): ExplorerNode {
  const isHeard = samples.some(({ status }) => status?.peers.some((peer) => peer.label === label && peer.conns > 0))
  return {
    ...{ label, status: isHeard ? 'unreachable' : 'stale', error: code },
    ...{ current_window: null, phase: null, D: null, lag: null, account_id: null, node_id: null, balance_nj: null },
    ...{ account_table: null, node_table: null, header_hash: null, state_root: null, build: null },
    uptime_seconds: null,
  }
}

/** Those who are connected now, and those who were within the memory of the cache; the latest first. */
function discoveredPeers(samples: readonly Sample[], { peers }: Seen, nowS: number): DiscoveredPeer[] {
  return Object.entries(peers)
    .sort(([, a], [, b]) => b.last - a.last)
    .map(([id, { first, last }]) => {
      const seenBy = samples.flatMap(({ source: { label }, status }) => {
        const up = status?.strangers.find(({ peer_id }) => peer_id === id)?.up_s
        return up === undefined ? [] : [{ label, up }]
      })
      const ago = Math.max(0, Math.round(nowS - last))
      return {
        ...{ peer_id: id, label: null, witnessed_by: seenBy.map(({ label }) => label).sort() },
        ...{ last_heartbeat_seconds_ago: ago, first_seen_unix: Math.floor(first) },
        connected_seconds: seenBy.length === 0 ? null : Math.max(...seenBy.map(({ up }) => up)),
        status: seenBy.length > 0 && ago < STALE_AFTER_S ? 'active' : 'stale',
      }
    })
}
