import { sha256 } from '@montana/codec'
import {
  accountIdOf,
  type GenesisOperator,
  genesisState,
  type LedgerState,
  nodeIdOf,
  productionParams,
  settleTables,
  stateRoots,
} from '@montana/ledger'
import type { Fields } from '../fields.js'
import type { Area, Kind, RunContext, Value } from '../types.js'

/** SHA-256 of the node key of the bootstrap operator; the keys themselves stand in one of the cases. */
const BOOTSTRAP_NODE_KEY_SHA256 = '3998841b7d2b45203067ee65b4167573d978f902868e57f7b552b684f1cb1d6c'
const START = 'baseline_a_localstate_genesis'
const APPLY = /^windows (\d+)\.\.(\d+) with winner=bootstrap, confirmers=\[bootstrap\]$/
const ZERO = new Uint8Array(32)

const withKnownBootstrap: Pick<Kind, 'partial'> = {
  partial: (context) =>
    bootstrapOperator(context) === undefined
      ? {
          members: ['window', 'balance', 'chain_length', 'node_root', 'account_root', 'state_root'],
          reason: 'no case of this run has the keys of the bootstrap operator',
        }
      : undefined,
}

/** The oldest genesis and its first windows, which our own tables reproduce: spec protocol appendix A, B. Optional. */
export const baselineArea: Area = {
  name: 'baseline-a',
  skipUnknown: 'an older genesis, optional',
  kinds: [
    {
      title: 'bootstrap identity',
      matches: (input) => input.has('account_pubkey_hex', 'node_pubkey_hex'),
      backends: ['typescript'],
      run: identity,
    },
    {
      title: 'genesis of a proposer',
      matches: (_, name) => name === START,
      backends: ['typescript'],
      ...withKnownBootstrap,
      run: (_, context) => stateRootsOf(genesisOf(context)),
    },
    {
      title: 'first windows',
      matches: (input) =>
        input.has('start', 'apply') && input.text('start') === START && APPLY.test(input.text('apply')),
      backends: ['typescript'],
      ...withKnownBootstrap,
      run: windows,
    },
  ],
}

function identity(input: Fields): Value {
  const account = input.bytes('account_pubkey_hex')
  const node = input.bytes('node_pubkey_hex')
  return {
    account_id: accountIdOf(input.number('suite_id'), account),
    node_id: nodeIdOf(node),
    account_pk_sha256: sha256(account),
    node_pk_sha256: sha256(node),
  }
}

function windows(input: Fields, context: RunContext): Value {
  const [, from, to] = APPLY.exec(input.text('apply')) ?? []
  let state = genesisOf(context)
  for (let window = Number(from); window <= Number(to); window++) state = settled(state, window)
  const [account] = state.accounts.entries()
  const [node] = state.nodes.entries()
  return {
    window: Number(to),
    balance: account?.balance ?? null,
    chain_length: node?.chainLength ?? null,
    ...stateRootsOf(state),
  }
}

/** The bootstrap node wins and is the only confirmer; window 0 credits it and emits nothing. */
function settled(state: LedgerState, window: number): LedgerState {
  const nodeIds = [...state.nodes.entries()].map(({ nodeId }) => nodeId)
  return settleTables(state, {
    window,
    params: productionParams,
    winnerId: nodeIds[0] ?? ZERO,
    confirmers: nodeIds,
    control: [],
    timechainValue: ZERO,
    aggregate: ZERO,
  }).state
}

/** As ours, but for the frontier, which is zero. */
function genesisOf(context: RunContext): LedgerState {
  const operator = bootstrapOperator(context)
  if (operator === undefined) throw new Error('the keys of the bootstrap operator are not in this run')
  const state = genesisState({ operators: [operator] })
  const accounts = [...state.accounts.entries()].reduce(
    (table, account) => table.set({ ...account, frontierHash: ZERO }),
    state.accounts,
  )
  return { ...state, accounts }
}

/** The operator, where a case of this run has its keys in full. */
function bootstrapOperator({ knownPeers }: RunContext): GenesisOperator | undefined {
  const keys = knownPeers.get(BOOTSTRAP_NODE_KEY_SHA256)
  if (keys?.account === undefined) return undefined
  const { node: nodePublicKey, account: accountPublicKey } = keys
  return { label: 'bootstrap', bootstrap: true, suiteId: 1, nodePublicKey, accountPublicKey }
}

function stateRootsOf(state: LedgerState): Record<string, Uint8Array> {
  const { nodeRoot, accountRoot, stateRoot } = stateRoots(state)
  return { node_root: nodeRoot, account_root: accountRoot, state_root: stateRoot }
}
