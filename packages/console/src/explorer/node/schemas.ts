import { shapes } from '@montana/soak/formats'
import { z } from 'zod'
import type {
  AccountView,
  ChainStatusView,
  ConsensusView,
  FindView,
  GenesisView,
  NodesView,
  NodeView,
  PeersView,
  ProposalsView,
  ProposalView,
  WindowView,
  WinnersView,
} from '../../api/explorer-views.js'

// What a node answers is read as strictly as anything that comes from elsewhere; fields that are not known are left out.

const { count, hex32, measured, text } = shapes
const time = shapes.time.nullable()
const amount = z.string().regex(/^\d{1,39}$/)
const cursor = z.string().max(128).nullable()
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^(?:[0-9a-f]{2}){${bytes}}$`))

/** Entries of one page, members that sign, slots of a fallback list: spec operations 13.2, protocol 0, 9.3. */
const PAGE_MAX = 200
const SIGNERS_MAX = 256
const CONTROL_MAX = 32
const OPERATORS_MAX = 64
/** Key, lengths, the largest leaf, a bitmap and 256 siblings in hex: spec protocol 5.2. */
const PROOF_MAX_CHARACTERS = 2 * (32 + 4 + 4_096 + 32 + 2 + 256 * 32)
const SCOPE_BYTES = 413
const SIGNATURE_BYTES = 3_309

const name = z.object({ node_id: hex32, label: text.nullable() })

export const chainStatusSchema: z.ZodType<ChainStatusView> = z.object({
  ...{ network: text, label: text, current_window: count, last_cemented_window: count },
  ...{ proposal_hash: hex32.nullable(), state_root: hex32, accounts: count, nodes: count, candidates: count },
  ...{ proposals_archived: count, oldest_window: count.nullable(), supply_nj: amount, synced: z.boolean() },
  ts: shapes.time,
})

const ledgerNode = z.object({
  ...name.shape,
  ...{ account_id: hex32, start_window: count, chain_length: count, chain_length_snapshot: count },
  ...{ last_confirmation_window: count, active: z.boolean(), weight: count, bootstrap: z.boolean() },
})

export const nodesSchema: z.ZodType<NodesView> = z.object({
  ...{ window: count, count, nodes: z.array(ledgerNode).max(PAGE_MAX), next: cursor },
})

export const nodeSchema: z.ZodType<NodeView> = z.object({ window: count, ...ledgerNode.shape })

const livePeer = z.object({
  ...{ id8: text, label: text, conns: count, up_s: z.number().nonnegative() },
  ...{ ping_sent: count, ping_ok: count, ping_timeout: count, ping_failed: count },
  ...{ rtt_p50_ms: measured, rtt_p99_ms: measured, closed: count, dial_err: count },
  handshakes: z.object({ hybrid: count, pq: count, none: count }),
  healthy: z.boolean(),
  head: z.object({ window: count, state_root: hex32 }).nullable(),
})

const stranger = z.object({ peer_id: text, up_s: z.number().nonnegative(), heard_s: measured })

export const peersSchema: z.ZodType<PeersView> = z.object({
  peers: z.array(livePeer).max(shapes.LIST_MAX),
  strangers: z.array(stranger).max(shapes.LIST_MAX),
})

export const genesisSchema: z.ZodType<GenesisView> = z.object({
  ...{ network_name: text, genesis_hash: hex32, genesis_state_hash: hex32, proposer_rule: text, cementing_rule: text },
  params: z.record(text, z.union([text, z.number()])),
  operators: z
    .array(z.object({ label: text, bootstrap: z.boolean(), node_id: hex32, account_id: hex32 }))
    .max(OPERATORS_MAX),
  peers: z
    .array(z.object({ label: text, bootstrap: z.boolean(), peer_id: text, node_id: hex32, account_id: hex32 }))
    .max(shapes.LIST_MAX),
})

const proposalRow = z.object({
  ...{ window: count, proposal_hash: hex32, state_root: hex32, proposer: name, fallback_depth: count },
  ...{ winner: name, drawn: z.boolean(), envelope_size: count, bundle_count: count, confirmer_count: count },
  ...{ control_count: count, applied_at: time },
})

export const proposalsSchema: z.ZodType<ProposalsView> = z.object({
  ...{ head: count, proposals: z.array(proposalRow).max(PAGE_MAX), next: cursor },
})

export const proposalSchema: z.ZodType<ProposalView> = z.object({
  ...{ window: count, proposal_hash: hex32, prev_proposal_hash: hex32, protocol_version: count },
  ...{ control_root: hex32, node_root: hex32, candidate_root: hex32, account_root: hex32, state_root: hex32 },
  ...{ timechain_value: hex32, included_bundles_root: hex32, included_reveals_root: hex32, winner_endpoint: hex32 },
  ...{ winner: name, drawn: z.boolean(), proposer: name, target: amount, fallback_depth: count },
  ...{ signature: hexOf(SIGNATURE_BYTES), envelope_size: count, applied_at: time },
})

const bundle = z.object({
  ...{ ...name.shape, bundle_hash: hex32, weight: count.nullable(), op_count: count, reveal_count: count },
})

const registration = z.object({
  ...{ hash: hex32, node_id: hex32, operator_account_id: hex32, w_start: amount, vdf_chain_length: amount },
})

export const windowSchema: z.ZodType<WindowView> = z.object({
  ...{ window: count, head: count, header: proposalSchema, context_hash: hex32, cement_value: hex32 },
  took_ms: measured,
  certificate: z.object({ round: count, signers: z.array(name).max(SIGNERS_MAX) }).nullable(),
  weights: z
    .object({ active_chain_length: count, quorum: count, evidence_weight: count, confirmer_weight: count })
    .nullable(),
  weights_reason: text.nullable(),
  weights_pending: z.boolean(),
  evidence: z.array(bundle).max(SIGNERS_MAX),
  confirmers: z.array(bundle).max(SIGNERS_MAX),
  control: z.array(registration).max(CONTROL_MAX),
})

const winnerRow = z.object({
  ...{ window: count, lottery_window: count.nullable(), winner: name, drawn: z.boolean(), endpoint: hex32 },
  ...{ emission_nj: amount, applied_at: time },
})

export const winnersSchema: z.ZodType<WinnersView> = z.object({
  ...{ head: count, winners: z.array(winnerRow).max(PAGE_MAX), next: cursor },
})

const share = z.object({ ...name.shape, weight: count, share_permille: count, confirmed: z.boolean() })

export const consensusSchema: z.ZodType<ConsensusView> = z.object({
  ...{ window: count, proposer_rule: text, cementing_rule: text, active_nodes: count, total_chain_length: count },
  ...{ quorum: count, round: count, proposer: name.nullable(), slots: z.array(name).max(SIGNERS_MAX) },
  distribution: z.array(share).max(PAGE_MAX),
  others: z.object({ nodes: count, weight: count }),
})

const accountRecord = z.object({
  ...{ balance_nj: amount, suite: count, is_node_operator: z.boolean(), frontier_hash: hex32, op_height: count },
  ...{ chain_length: count, chain_length_snapshot: count, keyless: z.boolean(), creation_window: count },
  ...{ last_op_window: count, last_activation_window: count },
})

export const accountSchema: z.ZodType<AccountView> = z.object({
  ...{ window: count, header_scope: hexOf(SCOPE_BYTES).nullable(), proposal_hash: hex32.nullable() },
  ...{ state_root: hex32, node_root: hex32, candidate_root: hex32, account_root: hex32 },
  ...{ account_id: hex32, address: text, account: accountRecord.nullable() },
  proof: z
    .string()
    .max(PROOF_MAX_CHARACTERS)
    .regex(/^(?:[0-9a-f]{2})+$/),
  operates: name.nullable(),
})

const match = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('window'), window: count, by: z.enum(['proposal_hash', 'state_root']) }),
  z.object({ kind: z.literal('node'), ...name.shape, account_id: hex32 }),
  z.object({ kind: z.literal('candidate'), node_id: hex32, account_id: hex32 }),
  z.object({ kind: z.literal('account'), account_id: hex32, address: text }),
])

export const findSchema: z.ZodType<FindView> = z.object({
  ...{ matches: z.array(match).max(PAGE_MAX), searched_from: count.nullable(), next: cursor },
})
