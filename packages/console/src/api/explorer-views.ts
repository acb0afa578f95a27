// What the read routes answer: spec operations 13.2. A node has them on its status address below `/api/`, the console for
// each of its nodes below `/api/nodes/LABEL/`, in one and the same form: snake_case, as the documents of a node are.
// Labels and identities only, never an address. Not known is null; hashes, ids and proofs are lower hex, times RFC 3339 UTC
// with milliseconds. Amounts (nɈ) and the target are decimal texts, because they are beyond 2^53.
//
// A list is newest first, or ascending by id where it has no time. `next` is an opaque cursor: given as `?cursor=` it goes
// on where the list ended; null at the end. A list may be shorter than `limit` and still go on.

/** A node of the ledger; the label is that of the manifest or of the genesis, null for whoever is in neither. */
export interface NodeName {
  readonly node_id: string
  readonly label: string | null
}

/** `/status`. */
export interface ChainStatusView {
  readonly network: string
  /** Of the node that answers. */
  readonly label: string
  /** The window that is being decided: the last cemented one and 1. */
  readonly current_window: number
  readonly last_cemented_window: number
  /** Of the last cemented window; null before the first. */
  readonly proposal_hash: string | null
  readonly state_root: string
  readonly accounts: number
  readonly nodes: number
  readonly candidates: number
  /** Windows from the oldest to the head whose envelopes this node has. */
  readonly proposals_archived: number
  readonly oldest_window: number | null
  readonly supply_nj: string
  /** False while it catches up. */
  readonly synced: boolean
  readonly ts: string
}

/** `/nodes?limit=` (at most 200, default 100), ascending by node_id. */
export interface NodesView {
  readonly window: number
  /** Of the whole table. */
  readonly count: number
  readonly nodes: readonly LedgerNodeView[]
  readonly next: string | null
}

export interface LedgerNodeView extends NodeName {
  readonly account_id: string
  /** 0: of the genesis. */
  readonly start_window: number
  readonly chain_length: number
  readonly chain_length_snapshot: number
  /** 0: none yet. */
  readonly last_confirmation_window: number
  readonly active: boolean
  /** In the vote on the current window: chain_length of an active node, else 0. */
  readonly weight: number
  readonly bootstrap: boolean
}

/** `/node/ID`, ID a node_id. */
export interface NodeView extends LedgerNodeView {
  readonly window: number
}

/** `/peers`: peers of the manifest as this node sees them, and who else is connected. */
export interface PeersView {
  readonly peers: readonly LivePeerView[]
  readonly strangers: readonly {
    readonly peer_id: string
    readonly up_s: number
    readonly heard_s: number | null
  }[]
}

/** One entry of `peers[]` in spec operations 2: cumulative since the process started, round trips over the last 5 min. */
export interface LivePeerView {
  /** Last 8 characters of the PeerId. */
  readonly id8: string
  readonly label: string
  readonly conns: number
  readonly up_s: number
  readonly ping_sent: number
  readonly ping_ok: number
  readonly ping_timeout: number
  readonly ping_failed: number
  readonly rtt_p50_ms: number | null
  readonly rtt_p99_ms: number | null
  readonly closed: number
  readonly dial_err: number
  readonly handshakes: { readonly hybrid: number; readonly pq: number; readonly none: number }
  readonly healthy: boolean
  /** What it said of itself last. */
  readonly head: { readonly window: number; readonly state_root: string } | null
}

/** `/genesis`: what is fixed about the network, and who the manifest names. */
export interface GenesisView {
  readonly network_name: string
  readonly genesis_hash: string
  /** H("mt-genesis", …), for comparison with other implementations: spec protocol 4.2. */
  readonly genesis_state_hash: string
  readonly proposer_rule: string
  readonly cementing_rule: string
  /** As in the JSON form of the genesis document: spec protocol 4.2. */
  readonly params: Readonly<Record<string, string | number>>
  readonly operators: readonly {
    readonly label: string
    readonly bootstrap: boolean
    readonly node_id: string
    readonly account_id: string
  }[]
  readonly peers: readonly {
    readonly label: string
    readonly bootstrap: boolean
    readonly peer_id: string
    readonly node_id: string
    readonly account_id: string
  }[]
}

/** `/proposals?limit=` (at most 200, default 30). */
export interface ProposalsView {
  readonly head: number
  readonly proposals: readonly ProposalRow[]
  readonly next: string | null
}

export interface ProposalRow {
  readonly window: number
  readonly proposal_hash: string
  readonly state_root: string
  readonly proposer: NodeName
  /** Place of the proposer in the fallback list, from 1: spec protocol 9.3. */
  readonly fallback_depth: number
  readonly winner: NodeName
  /** False: nobody was in the draw, the proposer is the winner (spec protocol 6.4). */
  readonly drawn: boolean
  /** Bytes. */
  readonly envelope_size: number
  /** Confirmations of this window, which cement it (list 2). */
  readonly bundle_count: number
  /** Confirmations of the window before, credited in this one (list 1). */
  readonly confirmer_count: number
  /** Registrations (list 3). */
  readonly control_count: number
  /** When this node applied it, by its clock; null where it came another way. */
  readonly applied_at: string | null
}

/** `/proposal/W`: the full header, spec protocol 9.1. */
export interface ProposalView {
  readonly window: number
  readonly proposal_hash: string
  readonly prev_proposal_hash: string
  readonly protocol_version: number
  readonly control_root: string
  readonly node_root: string
  readonly candidate_root: string
  readonly account_root: string
  readonly state_root: string
  /** T_r(W). */
  readonly timechain_value: string
  readonly included_bundles_root: string
  readonly included_reveals_root: string
  readonly winner_endpoint: string
  readonly winner: NodeName
  readonly drawn: boolean
  readonly proposer: NodeName
  readonly target: string
  readonly fallback_depth: number
  readonly signature: string
  readonly envelope_size: number
  readonly applied_at: string | null
}

/** `/window/W`: header, bundles, confirmers and weights. */
export interface WindowView {
  readonly window: number
  readonly head: number
  readonly header: ProposalView
  readonly context_hash: string
  /** What the certificate speaks about: spec protocol 11.1. */
  readonly cement_value: string
  /** Milliseconds between this window and the one before at this node. */
  readonly took_ms: number | null
  /** Null where this node has none: networks that cement by evidence need none. */
  readonly certificate: { readonly round: number; readonly signers: readonly NodeName[] } | null
  /** Of S_{W−1}, which decided W: spec protocol 8.3. */
  readonly weights: WeightsView | null
  /** Why there are none. */
  readonly weights_reason: string | null
  /** They are still being counted: ask again. */
  readonly weights_pending: boolean
  /** List 2: confirmations of W. */
  readonly evidence: readonly BundleView[]
  /** List 1: confirmations of W−1; their chain_length grows by 1 in W. */
  readonly confirmers: readonly BundleView[]
  /** List 3. */
  readonly control: readonly {
    readonly hash: string
    readonly node_id: string
    readonly operator_account_id: string
    /** Both u64 as texts: a registration may claim anything. */
    readonly w_start: string
    readonly vdf_chain_length: string
  }[]
}

export interface WeightsView {
  readonly active_chain_length: number
  /** Of the active chain length, by the genesis: ⌈0.67 · a⌉. */
  readonly quorum: number
  /** Of list 2; at least the quorum. */
  readonly evidence_weight: number
  readonly confirmer_weight: number
}

export interface BundleView extends NodeName {
  readonly bundle_hash: string
  /** Null with `weights`. */
  readonly weight: number | null
  /** Hashes that it lists. */
  readonly op_count: number
  readonly reveal_count: number
}

/** `/winners?limit=` (at most 200, default 20). */
export interface WinnersView {
  readonly head: number
  readonly winners: readonly WinnerRow[]
  readonly next: string | null
}

export interface WinnerRow {
  /** In whose state the emission was credited. */
  readonly window: number
  /** Whose draw was won: the window before; null where nobody was in the draw. */
  readonly lottery_window: number | null
  readonly winner: NodeName
  readonly drawn: boolean
  readonly endpoint: string
  readonly emission_nj: string
  readonly applied_at: string | null
}

/** `/consensus`: who decides the current window. */
export interface ConsensusView {
  readonly window: number
  readonly proposer_rule: string
  readonly cementing_rule: string
  readonly active_nodes: number
  /** Of the active nodes. */
  readonly total_chain_length: number
  /** ⌊(67 · total + 99) / 100⌋ with the numbers of the genesis. */
  readonly quorum: number
  /** 0: the first has not begun. */
  readonly round: number
  /** Whose turn it is in this round; null where nobody may propose. */
  readonly proposer: NodeName | null
  /** The first 16 of the fallback list, in order. */
  readonly slots: readonly NodeName[]
  /** The heaviest first, at most 200. */
  readonly distribution: readonly ShareView[]
  /** Active nodes that are not in the list. */
  readonly others: { readonly nodes: number; readonly weight: number }
}

export interface ShareView extends NodeName {
  readonly weight: number
  /** Rounded down. */
  readonly share_permille: number
  /** Its confirmation of the current window is here. */
  readonly confirmed: boolean
}

/**
 * `/account/ID`, ID an account_id or its address: the record at the head and a proof of it that needs no trust in who
 * answers. The proof gives `account_root`, the three roots give `state_root`, and `header_scope` gives `proposal_hash`:
 * spec protocol 5.2, 5.3, 9.1.
 */
export interface AccountView {
  readonly window: number
  /** The 413 signed bytes of the header of `window`; null for window 0. */
  readonly header_scope: string | null
  readonly proposal_hash: string | null
  readonly state_root: string
  readonly node_root: string
  readonly candidate_root: string
  readonly account_root: string
  readonly account_id: string
  readonly address: string
  /** Null: there is no such account, which the proof shows too. */
  readonly account: AccountRecordView | null
  /** The encoding of spec protocol 5.2: key, record, bitmap, siblings. */
  readonly proof: string
  /** The node that it operates. */
  readonly operates: NodeName | null
}

export interface AccountRecordView {
  readonly balance_nj: string
  readonly suite: number
  readonly is_node_operator: boolean
  readonly frontier_hash: string
  readonly op_height: number
  readonly chain_length: number
  readonly chain_length_snapshot: number
  /** Its key is not known to the ledger yet: spec protocol 12.5. */
  readonly keyless: boolean
  readonly creation_window: number
  readonly last_op_window: number
  readonly last_activation_window: number
}

/** `/find/HASH`, 64 hex digits or an address: what has this name. */
export interface FindView {
  readonly matches: readonly FindMatch[]
  /** The oldest window whose hashes were compared; null: none had to be. */
  readonly searched_from: number | null
  /** Continues with older windows, as `?cursor=`; null when all were compared. */
  readonly next: string | null
}

export type FindMatch =
  | { readonly kind: 'window'; readonly window: number; readonly by: 'proposal_hash' | 'state_root' }
  | { readonly kind: 'node'; readonly node_id: string; readonly label: string | null; readonly account_id: string }
  | { readonly kind: 'candidate'; readonly node_id: string; readonly account_id: string }
  | { readonly kind: 'account'; readonly account_id: string; readonly address: string }
