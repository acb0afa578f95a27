import { proposalHash } from '@montana/consensus'
import { addressOf } from '@montana/crypto'
import { bytesEqual, toHex } from '@montana/foundation'
import { decodeAccountRecord, isKeyless, type LedgerState, stateRoots, verifyInclusionProof } from '@montana/ledger'
import { ReadError } from './errors.js'
import type { ReadModules } from './modules.js'
import { recordsOf } from './nodes.js'
import { accountOf, checkQuery } from './query.js'

/** `/api/account/ID`: the record at the head, and what proves it against the head's header; also that there is none. */
export function account(modules: ReadModules, id: string, query: URLSearchParams): unknown {
  checkQuery(query, [])
  const accountId = accountOf(id)
  if (modules.isReplacing()) {
    const remedy = 'ask another node, or this one once it has caught up'
    throw new ReadError(503, 'BUSY', 'a snapshot takes the place of the accounts', { remedy })
  }
  const { chain, headEnvelope } = modules.state()
  const { tables, context } = chain
  const scope = context.window === 0 ? undefined : headEnvelope?.header.scope
  return {
    window: context.window,
    header_scope: scope ? toHex(scope) : null,
    proposal_hash: scope ? toHex(proposalHash(scope)) : null,
    ...rootsOf(tables),
    ...{ account_id: toHex(accountId), address: addressOf(accountId) },
    ...provenRecord(tables, accountId),
    operates: operatedBy(modules, tables, accountId),
  }
}

function rootsOf(tables: LedgerState) {
  const { stateRoot, nodeRoot, candidateRoot, accountRoot } = stateRoots(tables)
  const [state_root, node_root] = [toHex(stateRoot), toHex(nodeRoot)]
  return { state_root, node_root, candidate_root: toHex(candidateRoot), account_root: toHex(accountRoot) }
}

/** The record comes out of its own proof: the table forgets what it reads for one, and would read it again. */
function provenRecord({ accounts }: LedgerState, accountId: Uint8Array) {
  const proof = accounts.prove(accountId)
  const proven = verifyInclusionProof(accounts.root(), proof, accounts.hasher)
  if (!proven) throw new Error('a table has made a proof that does not give its root')
  return { account: proven.record ? recordRow(proven.record) : null, proof: toHex(proof) }
}

function recordRow(bytes: Uint8Array) {
  const record = decodeAccountRecord(bytes)
  return {
    ...{ balance_nj: record.balance.toString(), suite: record.suiteId, is_node_operator: record.isNodeOperator },
    ...{ frontier_hash: toHex(record.frontierHash), op_height: record.opHeight },
    ...{ chain_length: record.accountChainLength, chain_length_snapshot: record.accountChainLengthSnapshot },
    ...{ keyless: isKeyless(record), creation_window: record.creationWindow },
    ...{ last_op_window: record.lastOpWindow, last_activation_window: record.lastActivationWindow },
  }
}

/** An account operates one node at most: spec protocol 12.3. */
function operatedBy(modules: ReadModules, { nodes }: LedgerState, accountId: Uint8Array) {
  const node = recordsOf(nodes).find(({ operatorAccountId }) => bytesEqual(operatorAccountId, accountId))
  return node ? modules.names()(node.nodeId) : null
}
