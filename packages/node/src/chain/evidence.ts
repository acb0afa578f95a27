import { decodeConfirmation, decodeHeader, decodeVote } from '@montana/consensus'
import { errorMessage, formatTime, toHex } from '@montana/foundation'
import type { Evidence, ReadStore } from '@montana/store'
import { locateStores } from '../verify/locate.js'

/** Two signed statements of one node that exclude each other. */
export interface EvidenceRow {
  readonly kind: string
  readonly window: number
  /** node_id of whoever signed both, hex; null where the pair cannot be decoded. */
  readonly nodeId: string | null
  /** Where the statements differ, for people. */
  readonly detail: string
  /** Both statements, hex. */
  readonly a: string
  readonly b: string
}

/** One kind of thing that one peer did wrong. */
export interface IncidentRow {
  readonly code: string
  readonly peer: string
  readonly count: number
  readonly firstWindow: number
  readonly lastWindow: number
  /** RFC 3339. */
  readonly lastAt: string
}

export interface NodeEvidence {
  readonly label: string
  readonly evidence: readonly EvidenceRow[]
  readonly incidents: readonly IncidentRow[]
}

/** What the stores below a data directory hold against anybody; reads only, also beside running nodes. */
export function readEvidence(dataDir: string): NodeEvidence[] {
  return locateStores(dataDir).map(({ label, open }) => {
    const store = open()
    try {
      return { label, evidence: store.evidence.list().map(evidenceRow), incidents: incidentRows(store) }
    } finally {
      store.close()
    }
  })
}

function incidentRows(store: ReadStore): IncidentRow[] {
  return store.incidents.list().map(({ code, peer, count, firstWindow, lastWindow, lastAtMs }) => {
    return { code, peer, count, firstWindow, lastWindow, lastAt: formatTime(lastAtMs) }
  })
}

function evidenceRow({ kind, window, a, b }: Evidence): EvidenceRow {
  return { kind, window, ...describe(kind, a, b), a: toHex(a), b: toHex(b) }
}

function describe(kind: string, a: Uint8Array, b: Uint8Array): Pick<EvidenceRow, 'nodeId' | 'detail'> {
  try {
    if (kind === 'vote') return ofVotes(a, b)
    if (kind === 'header') return { nodeId: toHex(decodeHeader(a).proposerNodeId), detail: 'two headers' }
    return { nodeId: toHex(decodeConfirmation(a).nodeId), detail: 'two clock values' }
  } catch (error) {
    return { nodeId: null, detail: `cannot be decoded: ${errorMessage(error)}` }
  }
}

function ofVotes(a: Uint8Array, b: Uint8Array): Pick<EvidenceRow, 'nodeId' | 'detail'> {
  const [first, second] = [decodeVote(a), decodeVote(b)]
  const values = `${toHex(first.value).slice(0, 8)} and ${toHex(second.value).slice(0, 8)}`
  return { nodeId: toHex(first.nodeId), detail: `round ${first.round}, phase ${first.phase}: ${values}` }
}
