import { sha256 } from '@montana/codec'
import {
  type AccountRecord,
  accountCodec,
  accountIdOf,
  type CandidateRecord,
  candidateCodec,
  composeStateRoot,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeNodeRecord,
  isActive,
  type NodeRecord,
  nodeCodec,
  nodeIdOf,
  productionParams,
  smtRoot,
  stateRoots,
  Table,
} from '@montana/ledger'
import { hasherOf } from '../backends.js'
import { type Fields, toU64 } from '../fields.js'
import type { Area, Backend, RunContext, Value } from '../types.js'
import { Described } from './state-text.js'

const BOTH: readonly Backend[] = ['native', 'typescript']

/** Spec protocol 5, 8.3. */
export const stateArea: Area = {
  name: 'state',
  kinds: [
    {
      title: 'account record',
      matches: (input) => input.has('account_id', 'balance'),
      backends: BOTH,
      run: (input, context) => {
        const record = encodeAccountRecord(accountRecord(input))
        return { ...described(record, context), head_95: record.slice(0, 95), tail_12: record.slice(-12) }
      },
    },
    {
      title: 'candidate record',
      matches: (input) => input.has('node_id', 'w_start'),
      backends: BOTH,
      run: (input, context) => {
        const record = encodeCandidateRecord(candidateRecord(input))
        return { ...described(record, context), tail_98: record.slice(-98) }
      },
    },
    {
      title: 'node record',
      matches: (input) => input.has('node_id', 'start_window'),
      backends: BOTH,
      run: (input, context) => {
        const record = encodeNodeRecord(nodeRecord(input))
        return { ...described(record, context), tail_114: record.slice(-114) }
      },
    },
    {
      title: 'state root of roots',
      matches: (input) => input.has('node_root', 'candidate_root', 'account_root'),
      backends: ['typescript'],
      run: (input) =>
        composeStateRoot(input.bytes('node_root'), input.bytes('candidate_root'), input.bytes('account_root')),
    },
    {
      title: 'account_id',
      matches: (input) => input.has('suite_id') && keyName(input) !== undefined,
      backends: ['typescript'],
      run: (input) => accountIdOf(input.number('suite_id'), input.bytes(keyName(input) ?? '')),
    },
    {
      title: 'node_id',
      matches: (input) => keyName(input) !== undefined,
      backends: ['typescript'],
      run: (input) => nodeIdOf(input.bytes(keyName(input) ?? '')),
    },
    {
      title: 'activity',
      matches: (input) => input.has('last_confirmation_window', 'window'),
      backends: ['typescript'],
      run: (input) => {
        const tau2 = input.has('tau2') ? input.number('tau2') : productionParams.tau2Windows
        const lastConfirmationWindow = input.number('last_confirmation_window')
        return isActive({ lastConfirmationWindow }, input.number('window'), tau2)
      },
    },
    {
      title: 'state root of described tables',
      matches: (input) => input.keys.some((key) => /^accounts? s=/.test(key)),
      backends: BOTH,
      run: describedState,
    },
  ],
}

function keyName(input: Fields): string | undefined {
  return input.nameOf('pubkey', 'public_key', 'node_pubkey', 'account_pubkey')
}

function described(record: Uint8Array, context: RunContext): Record<string, Value> {
  const hasher = hasherOf(context)
  return {
    value: record,
    len: record.length,
    encoding: record,
    encoding_sha256: sha256(record),
    leaf_hash: hasher.leaf(record),
    single_entry_root: smtRoot([[record.subarray(0, 32), record]], hasher),
  }
}

function accountRecord(input: Fields): AccountRecord {
  return {
    accountId: input.bytes('account_id'),
    balance: input.int('balance'),
    suiteId: input.number('suite_id'),
    isNodeOperator: input.bool('is_node_operator'),
    frontierHash: input.bytes('frontier_hash'),
    opHeight: input.number('op_height'),
    accountChainLength: input.number('account_chain_length'),
    accountChainLengthSnapshot: input.number('account_chain_length_snapshot'),
    currentPublicKey: input.bytes('current_pubkey'),
    creationWindow: input.number('creation_window'),
    lastOpWindow: input.number('last_op_window'),
    lastActivationWindow: input.number('last_activation_window'),
  }
}

function nodeRecord(input: Fields): NodeRecord {
  return {
    nodeId: input.bytes('node_id'),
    nodePublicKey: input.bytes('node_pubkey'),
    suiteId: input.number('suite_id'),
    operatorAccountId: input.bytes('operator_account_id'),
    startWindow: input.u64('start_window'),
    chainLength: input.u64('chain_length'),
    chainLengthSnapshot: input.u64('chain_length_snapshot'),
    checkpoints: input.list('checkpoints').map((checkpoint) => toU64(checkpoint)),
    lastConfirmationWindow: input.u64('last_confirmation_window'),
  }
}

function candidateRecord(input: Fields): CandidateRecord {
  return {
    nodeId: input.bytes('node_id'),
    nodePublicKey: input.bytes('node_pubkey'),
    suiteId: input.number('suite_id'),
    operatorAccountId: input.bytes('operator_account_id'),
    proofEndpoint: input.bytes('proof_endpoint'),
    wStart: input.u64('w_start'),
    vdfChainLength: input.u64(input.nameOf('ssha_chain_length', 'vdf_chain_length') ?? 'vdf_chain_length'),
    registrationWindow: input.u64('registration_window'),
    expires: input.u64('expires'),
  }
}

/** Input members like `accounts s=1,2,3`: one description for several records. */
function describedState(input: Fields, context: RunContext): Value {
  const hasher = hasherOf(context)
  const { accountRoot, nodeRoot, candidateRoot, stateRoot } = stateRoots({
    accounts: Table.fromRecords(accountCodec, records(input, /^accounts? s=/, describedAccount), hasher),
    nodes: Table.fromRecords(nodeCodec, records(input, /^nodes? s=/, describedNode), hasher),
    candidates: Table.fromRecords(candidateCodec, records(input, /^candidates? s=/, describedCandidate), hasher),
  })
  return {
    value: stateRoot,
    account_root: accountRoot,
    node_root: nodeRoot,
    candidate_root: candidateRoot,
    state_root: stateRoot,
  }
}

function records<R>(input: Fields, pattern: RegExp, make: (text: Described, s: number) => R): R[] {
  const key = input.keys.find((name) => pattern.test(name))
  if (key === undefined) return []
  const numbers = key.replace(/^.*s=/, '').split(',').map(Number)
  return numbers.map((s) => make(new Described(input.text(key), s), s))
}

const SUITE = 1

function describedAccount(text: Described): AccountRecord {
  return {
    accountId: text.filled('id', 32),
    balance: text.integer('balance'),
    suiteId: text.number('suite'),
    isNodeOperator: text.isFor('is_op'),
    frontierHash: text.filled('frontier', 32),
    opHeight: text.number('op_height'),
    accountChainLength: text.number('acl'),
    accountChainLengthSnapshot: text.number('acls'),
    currentPublicKey: text.filled('pk', 1952),
    creationWindow: text.number('creation'),
    lastOpWindow: text.number('last_op'),
    lastActivationWindow: text.number('last_act'),
  }
}

function describedNode(text: Described, s: number): NodeRecord {
  return {
    nodeId: text.filled('id', 32),
    nodePublicKey: text.filled('pk', 1952),
    suiteId: SUITE,
    operatorAccountId: new Uint8Array(32).fill(s),
    startWindow: text.number('start'),
    chainLength: text.number('cl'),
    chainLengthSnapshot: text.number('snap'),
    checkpoints: new Array<number>(6).fill(text.number('cp')),
    lastConfirmationWindow: text.number('lcw'),
  }
}

function describedCandidate(text: Described): CandidateRecord {
  return {
    nodeId: text.filled('id', 32),
    nodePublicKey: text.filled('pk', 1952),
    suiteId: SUITE,
    operatorAccountId: text.filled('operator', 32),
    proofEndpoint: text.filled('proof', 32),
    wStart: text.number('w_start'),
    vdfChainLength: text.number('len'),
    registrationWindow: text.number('reg'),
    expires: text.number('expires'),
  }
}
