import { sha256 } from '@montana/codec'
import {
  bundleHash,
  calibrateTarget,
  compareCandidates,
  confirmationScope,
  lnQ64,
  log2Q64,
  lotteryEndpoint,
  lotteryTicket,
  revealHash,
  revealScope,
  seniority,
  ticketWeight,
} from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import { productionParams, quorumU64 } from '@montana/ledger'
import { type Fields, toBytes, toInteger, toNumber, UnknownShape } from '../fields.js'
import type { Area, Value } from '../types.js'

const SIGNATURE_BYTES = 3309

/** Spec protocol 3.5, 6, 8. */
export const lotteryArea: Area = {
  name: 'lottery',
  kinds: [
    {
      title: 'confirmation layout',
      matches: (input) => input.has('op_hashes') || input.has('reveal_hashes'),
      backends: ['typescript'],
      run: confirmation,
    },
    {
      title: 'reveal layout',
      matches: (input) => input.has('node_id', 'window_index', 'endpoint'),
      backends: ['typescript'],
      run: reveal,
    },
    {
      title: 'lottery endpoint',
      matches: (input) => input.has('t_r', 'node_id'),
      backends: ['typescript'],
      run: (input) =>
        lotteryEndpoint({
          timechainValue: input.bytes('t_r'),
          aggregate: input.bytes(input.nameOf('cba', 'cba_w_minus_2') ?? 'cba'),
          nodeId: input.bytes('node_id'),
          window: input.u64(input.nameOf('window', 'window_index') ?? 'window'),
        }),
    },
    {
      title: 'ticket',
      matches: (input) =>
        input.has('endpoint') && input.nameOf('chain_length', 'lottery_weight', 'weight') !== undefined,
      backends: ['typescript'],
      run: ticket,
    },
    {
      // ln and log2 have the same input; only the name tells them apart
      title: 'logarithm',
      matches: (input) => input.has('endpoint'),
      backends: ['typescript'],
      run: (input, { name }) => (name.startsWith('log2') ? log2Q64 : lnQ64)(input.bytes('endpoint')),
    },
    {
      title: 'weight',
      matches: (input) => input.has('chain_length') && snapshotName(input) !== undefined,
      backends: ['typescript'],
      run: (input, { name }) => {
        const snapshot = input.int(snapshotName(input) ?? '')
        return (name.startsWith('seniority') ? seniority : ticketWeight)(input.int('chain_length'), snapshot)
      },
    },
    {
      title: 'target calibration',
      matches: (input) => input.nameOf('target_old', 'target') !== undefined,
      backends: ['typescript'],
      run: (input) =>
        calibrateTarget(
          input.int(input.nameOf('target_old', 'target') ?? ''),
          input.int(input.nameOf('total_reveals_tau2', 'total_reveals') ?? 'total_reveals_tau2'),
          input.has('tau2_windows') ? input.int('tau2_windows') : BigInt(productionParams.tau2Windows),
        ),
    },
    {
      title: 'quorum',
      matches: (input) => input.has('active_chain_length'),
      backends: ['typescript'],
      run: (input) =>
        quorumU64(
          input.int('active_chain_length'),
          BigInt(productionParams.quorumNum),
          BigInt(productionParams.quorumDen),
        ),
    },
    {
      title: 'winner',
      matches: (input) => input.has('candidates'),
      backends: ['typescript'],
      run: winner,
    },
  ],
}

function snapshotName(input: Fields): string | undefined {
  return input.nameOf('chain_length_snapshot', 'snapshot')
}

function ticket(input: Fields): Value {
  const given = input.nameOf('lottery_weight', 'weight')
  const weight =
    given === undefined
      ? ticketWeight(input.int('chain_length'), input.int(snapshotName(input) ?? 'chain_length_snapshot'))
      : input.int(given)
  const value = lotteryTicket(input.bytes('endpoint'), weight)
  return { value, lottery_weight: weight, weight, weighted_ticket: value, ticket: value }
}

function signatureOf(input: Fields): Uint8Array {
  return input.bytesOr('signature', new Uint8Array(SIGNATURE_BYTES))
}

function confirmation(input: Fields): Value {
  const scope = confirmationScope({
    nodeId: input.bytes('node_id'),
    endpoint: input.bytes('endpoint'),
    window: input.int('window_index'),
    opHashes: input.bytesList('op_hashes'),
    revealHashes: input.bytesList('reveal_hashes'),
  })
  const bytes = concatBytes(scope, signatureOf(input))
  const hashes = input.list('op_hashes').length + input.list('reveal_hashes').length
  return {
    total_len: bytes.length,
    fixed_overhead: bytes.length - 32 * hashes,
    signed_scope_len: scope.length,
    signed_scope: scope,
    value: bundleHash(scope),
    bundle_hash: bundleHash(scope),
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

function reveal(input: Fields): Value {
  const window = input.int('window_index')
  const scope = revealScope({ nodeId: input.bytes('node_id'), window, endpoint: input.bytes('endpoint') })
  const bytes = concatBytes(scope, signatureOf(input))
  return {
    total_len: bytes.length,
    signed_scope_len: scope.length,
    signed_scope: scope,
    value: revealHash(scope),
    reveal_hash: revealHash(scope),
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

/** Entries are [ticket, id]; an id may be a byte to repeat. A class between them is always 1. */
function winner(input: Fields): Value {
  const isRepeated = input.has('id_is_repeated_byte') && input.bool('id_is_repeated_byte')
  const candidates = input.list('candidates').map((entry) => {
    if (!Array.isArray(entry) || entry.length < 2) throw new UnknownShape('a candidate is no [ticket, id]')
    const id = toBytes(entry.at(-1))
    const nodeId = isRepeated ? new Uint8Array(32).fill(id[0] ?? 0) : id
    return { ticket: toInteger(entry[0]), class: entry.length > 2 ? toNumber(entry[1]) : 1, nodeId }
  })
  const order = candidates.sort(byClassWithinTicket).map(({ nodeId }) => nodeId)
  return { value: order[0] ?? null, winner: order[0] ?? null, fallback_order: order, order }
}

type ClassedCandidate = { ticket: bigint; class: number; nodeId: Uint8Array }

function byClassWithinTicket(a: ClassedCandidate, b: ClassedCandidate): number {
  return a.ticket === b.ticket && a.class !== b.class ? a.class - b.class : compareCandidates(a, b)
}
