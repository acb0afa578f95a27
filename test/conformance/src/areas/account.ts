import { sha256 } from '@montana/codec'
import { bytesEqual, concatBytes } from '@montana/foundation'
import { emissionOf, type NodeRecord, productionParams, rotateCheckpoints, supply } from '@montana/ledger'
import { type Fields, toNumber, UnknownShape } from '../fields.js'
import { Matching } from '../matching.js'
import {
  decodeOperationScope,
  isActivationCooledDown,
  type Operation,
  operationHash,
  operationScope,
  SIGNATURE_BYTES,
} from '../reference/operations.js'
import type { Area, Value } from '../types.js'

const CHECKPOINT_NAMES = ['checkpoints', 'checkpoints_before', 'cp'] as const

const TYPES: Readonly<Record<string, Operation['type']>> = {
  transfer: 0x02,
  change_key: 0x03,
  anchor: 0x04,
  transfer_activation: 0x0a,
}

/** Spec protocol 12.1, 17. */
export const accountArea: Area = {
  name: 'account',
  kinds: [
    {
      title: 'operation',
      matches: (input) => input.has('prev_hash', 'sender'),
      backends: ['typescript'],
      run: operation,
    },
    {
      title: 'activation cool-down',
      matches: (input) => input.has('last_activation_window'),
      backends: ['typescript'],
      run: (input) => {
        const tau2 = input.has('tau2') ? input.int('tau2') : BigInt(productionParams.tau2Windows)
        const window = input.int(input.nameOf('current_window', 'window') ?? 'current_window')
        const isCool = isActivationCooledDown(input.int('last_activation_window'), window, tau2)
        return isCool ? new Matching('Ok', /^(ok|valid|accepted|elapsed)$/i) : 'ActivationCooldownNotElapsed'
      },
    },
    {
      title: 'checkpoint rotation',
      matches: (input) => input.nameOf(...CHECKPOINT_NAMES) !== undefined && input.has('chain_length'),
      backends: ['typescript'],
      run: rotation,
    },
    {
      title: 'emission',
      matches: (input) => input.has('window_w'),
      backends: ['typescript'],
      run: (input) => ({
        value: emissionOf(input.u64('window_w'), productionParams.emissionMoneta),
        delta_balance: emissionOf(input.u64('window_w'), productionParams.emissionMoneta),
        credited_to: 'winner.operator_account_id',
      }),
    },
    {
      title: 'supply',
      matches: (input) => input.has('window'),
      backends: ['typescript'],
      run: (input) => supply(input.u64('window'), productionParams.emissionMoneta),
    },
  ],
}

function operation(input: Fields, { name }: { name: string }): Value {
  const scope = operationScope(operationOf(input, typeOf(input, name)))
  if (!bytesEqual(operationScope(decodeOperationScope(scope)), scope)) throw new Error('does not decode to itself')
  const bytes = concatBytes(scope, input.bytesOr('signature', new Uint8Array(SIGNATURE_BYTES)))
  return {
    total_len: bytes.length,
    signed_scope_len: scope.length,
    signed_scope: scope,
    signed_scope_sha256: sha256(scope),
    value: operationHash(scope),
    op_hash: operationHash(scope),
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

/** The type byte where the input has it, otherwise the name of the operation. */
function typeOf(input: Fields, name: string): Operation['type'] {
  const type = input.has('type') ? input.number('type') : TYPES[name.replace(/^op_/, '')]
  const known = Object.values(TYPES).find((candidate) => candidate === type)
  if (known === undefined) throw new UnknownShape(`no operation type ${type}`)
  return known
}

function operationOf(input: Fields, type: Operation['type']): Operation {
  const common = { prevHash: input.bytes('prev_hash'), sender: input.bytes('sender') }
  switch (type) {
    case 0x02:
      return { type, ...common, receiver: input.bytes(receiverName(input)), amount: input.int('amount') }
    case 0x03:
      return { type, ...common, newSuite: input.number('new_suite_id'), newPublicKey: input.bytes('new_pubkey') }
    case 0x04:
      return { type, ...common, appId: input.bytes('app_id'), dataHash: input.bytes('data_hash') }
    case 0x0a:
      return {
        type,
        ...common,
        receiver: input.bytes(receiverName(input)),
        suite: input.number('suite_id'),
        receiverPublicKey: input.bytes('receiver_pubkey'),
        amount: input.int('amount'),
      }
  }
}

function receiverName(input: Fields): string {
  return input.nameOf('receiver', 'link') ?? 'receiver'
}

function rotation(input: Fields): Value {
  const node = {
    chainLength: input.number('chain_length'),
    checkpoints: input.list(input.nameOf(...CHECKPOINT_NAMES) ?? '').map((checkpoint) => toNumber(checkpoint)),
  }
  const after = rotateCheckpoints(node as unknown as NodeRecord)
  return {
    value: after.checkpoints,
    checkpoints: after.checkpoints,
    checkpoints_after: after.checkpoints,
    cp: after.checkpoints,
    chain_length_snapshot: after.chainLengthSnapshot,
    snapshot: after.chainLengthSnapshot,
  }
}
