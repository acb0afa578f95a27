import { createHash } from 'node:crypto'
import type { ChainState } from '@montana/consensus'
import type { AccountRecord } from '@montana/ledger'

/** Accounts without a key, as they are before their owner shows it. */
const KEY = new Uint8Array(1952)
const FRONTIER = new Uint8Array(32)

/** S_0 with `count` more accounts, always the same ones. */
export function withAccounts(chain: ChainState, count: number): ChainState {
  let { accounts } = chain.tables
  for (let index = 0; index < count; index++) accounts = accounts.set(account(index))
  accounts.root()
  return { ...chain, tables: { ...chain.tables, accounts } }
}

function account(index: number): AccountRecord {
  const accountId = new Uint8Array(createHash('sha256').update(`account/${index}`).digest())
  return {
    accountId,
    balance: BigInt(index),
    suiteId: 1,
    isNodeOperator: false,
    frontierHash: FRONTIER,
    opHeight: 0,
    accountChainLength: 0,
    accountChainLengthSnapshot: 0,
    currentPublicKey: KEY,
    creationWindow: 0,
    lastOpWindow: 0,
    lastActivationWindow: 0,
  }
}
