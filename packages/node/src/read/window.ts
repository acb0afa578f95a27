import {
  bundleHash,
  type Confirmation,
  decodeCertificate,
  type Envelope,
  proposalHash,
  registrationHash,
} from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { decodeNodeRegistration, nodeIdOf } from '@montana/ledger'
import type { Credits, NoCount } from './credits.js'
import { ReadError } from './errors.js'
import { chainOf, type ReadModules } from './modules.js'
import type { Names } from './names.js'
import { checkQuery, windowOf } from './query.js'
import { type PastWeights, pastWeights } from './weights.js'
import { isDrawn, timeOf, type WholeWindow, type Windows } from './windows.js'

/** Where windows come from, and what they weighed. */
export interface WindowReaders {
  readonly windows: Windows
  readonly credits: Credits
}

/** `/api/proposal/W`. */
export async function proposal(
  modules: ReadModules,
  { windows }: WindowReaders,
  { id, query, signal }: { id: string; query: URLSearchParams; signal: AbortSignal },
): Promise<unknown> {
  checkQuery(query, [])
  return headerOf(await storedWindow(modules, windows, windowOf(id), signal), modules.names())
}

/** `/api/window/W`. */
export async function window(
  modules: ReadModules,
  { windows, credits }: WindowReaders,
  { id, query, signal }: { id: string; query: URLSearchParams; signal: AbortSignal },
): Promise<unknown> {
  checkQuery(query, [])
  const number = windowOf(id)
  const whole = await storedWindow(modules, windows, number, signal)
  const chain = chainOf(modules)
  const counted = await credits.count(number, chain.context.window, signal)
  const weights = 'reason' in counted ? counted : pastWeights(chain, number, counted)
  return wholeRow(modules, whole, weights)
}

async function storedWindow(
  modules: ReadModules,
  windows: Windows,
  number: number,
  signal: AbortSignal,
): Promise<WholeWindow> {
  const head = chainOf(modules).context.window
  if (number === 0) throw notThere('window 0 is the genesis: it has no proposal', 'ask for /api/genesis')
  if (number > head) throw notThere(`window ${number} is not cemented here`, `the head is window ${head}`)
  const whole = await windows.whole(number, signal)
  if (whole) return whole
  const oldest = modules.store.oldestWindow()
  throw notThere(
    `window ${number} is not stored here`,
    `the oldest window is ${oldest ?? 'the head'}; ask another node`,
  )
}

function notThere(message: string, remedy: string): ReadError {
  return new ReadError(404, 'NOT_FOUND', message, { remedy, field: 'window' })
}

function headerOf({ stored, envelope: { header, bytes } }: WholeWindow, names: Names) {
  return {
    window: header.window,
    proposal_hash: toHex(proposalHash(header.scope)),
    prev_proposal_hash: toHex(header.prevProposalHash),
    protocol_version: header.protocolVersion,
    ...{ control_root: toHex(header.controlRoot), node_root: toHex(header.nodeRoot) },
    ...{ candidate_root: toHex(header.candidateRoot), account_root: toHex(header.accountRoot) },
    ...{ state_root: toHex(header.stateRoot), timechain_value: toHex(header.timechainValue) },
    included_bundles_root: toHex(header.includedBundlesRoot),
    included_reveals_root: toHex(header.includedRevealsRoot),
    ...{ winner_endpoint: toHex(header.winnerEndpoint), winner: names(header.winnerId) },
    ...{ drawn: isDrawn(header.winnerEndpoint), proposer: names(header.proposerNodeId) },
    ...{ target: header.target.toString(), fallback_depth: header.fallbackDepth },
    ...{ signature: toHex(header.signature), envelope_size: bytes.length, applied_at: timeOf(stored) },
  }
}

function wholeRow(modules: ReadModules, whole: WholeWindow, weights: PastWeights | NoCount) {
  const { stored, envelope } = whole
  const names = modules.names()
  const [known, lack] = 'reason' in weights ? [undefined, weights] : [weights, undefined]
  return {
    ...{ window: envelope.header.window, head: chainOf(modules).context.window },
    header: headerOf(whole, names),
    ...{ context_hash: toHex(stored.contextHash), cement_value: toHex(stored.cementValue) },
    took_ms: tookMs(modules, whole),
    certificate: certificateOf(modules, stored.window),
    weights: known ? weightsOf(envelope, known) : null,
    ...{ weights_reason: lack?.reason ?? null, weights_pending: lack?.isPending ?? false },
    evidence: envelope.evidence.map((one) => bundleRow(one, names, known)),
    confirmers: envelope.confirmers.map((one) => bundleRow(one, names, known)),
    control: envelope.control.map(controlRow),
  }
}

function weightsOf({ evidence, confirmers }: Envelope, weights: PastWeights) {
  const sum = (list: readonly Confirmation[]) =>
    list.reduce((total, { nodeId }) => total + weights.of(toHex(nodeId)), 0)
  return {
    ...{ active_chain_length: weights.active, quorum: weights.quorum },
    ...{ evidence_weight: sum(evidence), confirmer_weight: sum(confirmers) },
  }
}

function bundleRow({ nodeId, scope, opHashes, revealHashes }: Confirmation, names: Names, weights?: PastWeights) {
  return {
    ...{ ...names(nodeId), bundle_hash: toHex(bundleHash(scope)), weight: weights?.of(toHex(nodeId)) ?? null },
    ...{ op_count: opHashes.length, reveal_count: revealHashes.length },
  }
}

function controlRow(bytes: Uint8Array) {
  const registration = decodeNodeRegistration(bytes)
  return {
    ...{ hash: toHex(registrationHash(bytes)), node_id: toHex(nodeIdOf(registration.nodePublicKey)) },
    operator_account_id: toHex(registration.operatorAccountId),
    ...{ w_start: registration.wStart.toString(), vdf_chain_length: registration.vdfChainLength.toString() },
  }
}

/** Null where one of the two came another way. */
function tookMs({ store }: ReadModules, { stored: { window, appliedAtMs } }: WholeWindow): number | null {
  const before = window > 1 ? store.windowAt(window - 1)?.appliedAtMs : undefined
  return appliedAtMs === undefined || before === undefined ? null : Math.max(0, appliedAtMs - before)
}

function certificateOf(modules: ReadModules, window: number) {
  const bytes = modules.store.certificates.get(window)
  if (!bytes) return null
  const { round, signers } = decodeCertificate(bytes)
  const names = modules.names()
  return { round, signers: signers.map(({ nodeId }) => names(nodeId)) }
}
