import { sha256 } from '@montana/codec'
import {
  canonicalProposer,
  controlRoot,
  controlSet,
  decodeHeader,
  type HeaderFields,
  headerScope,
  includedRoot,
  proposalHash,
} from '@montana/consensus'
import { bytesEqual, concatBytes, toHex } from '@montana/foundation'
import { type Fields, toBytes, toNumber, UnknownShape } from '../fields.js'
import type { Area, Value } from '../types.js'
import { entriesOf } from './merkle.js'

const SIGNATURE_BYTES = 3309

/** Spec protocol 5.3, 9, 12.2. */
export const consensusArea: Area = {
  name: 'consensus',
  kinds: [
    {
      title: 'header layout',
      matches: (input) => input.has('prev_proposal_hash', 'window_index'),
      backends: ['typescript'],
      run: header,
    },
    {
      title: 'fallback list',
      matches: (input) => input.has('sorted_ids'),
      backends: ['typescript'],
      run: fallback,
    },
    {
      title: 'control set',
      matches: (input) => input.has('objects', 'prev_window', 'current_window'),
      backends: ['typescript'],
      run: control,
    },
    {
      title: 'control root',
      matches: (input) => input.has('registrations'),
      backends: ['typescript'],
      run: (input) => controlRoot(input.bytesList('registrations')),
    },
    {
      title: 'included root',
      matches: (input) => input.has('entries'),
      backends: ['typescript'],
      run: (input) => includedRoot(entriesOf(input).map(([nodeId, hash]) => ({ nodeId, hash }))),
    },
  ],
}

function header(input: Fields): Value {
  const scope = headerScope(headerFields(input))
  const bytes = concatBytes(scope, input.bytesOr('signature', new Uint8Array(SIGNATURE_BYTES)))
  const isExact = typeof input.u64('window_index') === 'number'
  if (isExact && !bytesEqual(headerScope(decodeHeader(bytes)), scope)) throw new Error('does not decode to itself')
  const hash = proposalHash(scope)
  return {
    total_len: bytes.length,
    signed_scope_len: scope.length,
    signed_scope: scope,
    value: hash,
    proposal_hash: hash,
    header_hash: hash,
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

function headerFields(input: Fields): HeaderFields {
  return {
    prevProposalHash: input.bytes('prev_proposal_hash'),
    window: input.u64('window_index'),
    protocolVersion: input.number('protocol_version'),
    controlRoot: input.bytes('control_root'),
    nodeRoot: input.bytes('node_root'),
    candidateRoot: input.bytes('candidate_root'),
    accountRoot: input.bytes('account_root'),
    stateRoot: input.bytes('state_root'),
    timechainValue: input.bytes('timechain_value'),
    includedBundlesRoot: input.bytes('included_bundles_root'),
    includedRevealsRoot: input.bytes('included_reveals_root'),
    winnerEndpoint: input.bytes('winner_endpoint'),
    winnerId: input.bytes('winner_id'),
    proposerNodeId: input.bytes('proposer_node_id'),
    target: input.int('target'),
    fallbackDepth: input.number('fallback_depth'),
  }
}

/** depth1 … depth255 of the list, and any depth of an empty one; a case may also ask for one depth. */
function fallback(input: Fields): Value {
  const list = input.bytesList('sorted_ids')
  const depthName = input.nameOf('depth', 'fallback_depth')
  if (depthName !== undefined) return canonicalProposer(list, input.number(depthName))
  const depths = Array.from({ length: 256 }, (_, depth) => [`depth${depth}`, canonicalProposer(list, depth)] as const)
  return { ...Object.fromEntries(depths), empty_list_any_depth: canonicalProposer([], 1) }
}

/** Objects are [hash, cemented window]; the hashes of vectors are one byte short hand. */
function control(input: Fields): Value {
  const pending = input.list('objects').map((entry) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw new UnknownShape('an object is no [hash, window]')
    return { hash: toBytes(entry[0]), cementedWindow: toNumber(entry[1]) }
  })
  const range = { previous: input.number('prev_window'), current: input.number('current_window') }
  return controlSet(pending, range).map(({ hash }) => toHex(hash))
}
