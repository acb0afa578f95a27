import { sha256 } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import {
  decodeOperation,
  emissionOf,
  encodeOperation,
  isActivationCooledDown,
  type NodeRecord,
  type Operation,
  type OperationType,
  operationScope,
  operationTypeOf,
  productionParams,
  rotateCheckpoints,
  supply,
} from '@montana/ledger'
import { type Fields, toNumber, UnknownShape } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Value } from '../types.js'

const CHECKPOINT_NAMES = ['checkpoints', 'checkpoints_before', 'cp'] as const

const SIGNATURE_BYTES = 3309

/** The longer names first: `transfer` is the beginning of another one. */
const TYPES: ReadonlyArray<readonly [prefix: string, type: OperationType]> = [
  ['transfer_activation', 'TransferActivation'],
  ['transfer', 'Transfer'],
  ['change_key', 'ChangeKey'],
  ['anchor', 'Anchor'],
]

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
        const tau2Windows = input.has('tau2') ? input.number('tau2') : productionParams.tau2Windows
        const window = input.number(input.nameOf('current_window', 'window') ?? 'current_window')
        const isCool = isActivationCooledDown(input.number('last_activation_window'), { window, tau2Windows })
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
  const signature = input.bytesOr('signature', new Uint8Array(SIGNATURE_BYTES))
  const bytes = encodeOperation(operationOf(input, typeOf(input, name)), signature)
  const { operation, scope, hash } = decodeOperation(bytes)
  if (!bytesEqual(operationScope(operation), scope)) throw new Error('does not decode to itself')
  return {
    total_len: bytes.length,
    signed_scope_len: scope.length,
    signed_scope: scope,
    signed_scope_sha256: sha256(scope),
    value: hash,
    op_hash: hash,
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

/** The type byte where the input has it, otherwise the name of the operation. */
function typeOf(input: Fields, name: string): OperationType {
  const named = name.replace(/^op_/, '')
  const type = input.has('type')
    ? operationTypeOf(input.number('type'))
    : TYPES.find(([prefix]) => named.startsWith(prefix))?.[1]
  if (type === undefined) throw new UnknownShape(`'${name}' is no operation`)
  return type
}

function operationOf(input: Fields, type: OperationType): Operation {
  const common = { prevHash: input.bytes('prev_hash'), sender: input.bytes('sender') }
  switch (type) {
    case 'Transfer':
      return { type, ...common, receiver: input.bytes(receiverName(input)), amount: input.int('amount') }
    case 'ChangeKey':
      return { type, ...common, newSuiteId: input.number('new_suite_id'), newPublicKey: input.bytes('new_pubkey') }
    case 'Anchor':
      return { type, ...common, appId: input.bytes('app_id'), dataHash: input.bytes('data_hash') }
    case 'TransferActivation':
      return {
        type,
        ...common,
        receiver: input.bytes(receiverName(input)),
        suiteId: input.number('suite_id'),
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
