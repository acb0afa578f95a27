import { devnetGenesis } from '@montana/ledger'
import { describe, expect, it } from 'vitest'
import { type ChainState, genesisChainState } from '../../src/chain-state.js'
import { proposerRule } from '../../src/proposer.js'

const id = (byte: number) => new Uint8Array(32).fill(byte)
const operator = {
  label: 'a',
  nodePublicKey: new Uint8Array(1952).fill(7),
  accountPublicKey: new Uint8Array(1952).fill(8),
}
const rule = proposerRule({ proposerRule: 'rotation' })
const genesis = genesisChainState(devnetGenesis([operator]))
const withSigners = (...evidenceSigners: Uint8Array[]): ChainState => {
  return { ...genesis, context: { ...genesis.context, bootstrapNodeId: id(1), evidenceSigners } }
}

describe('the fallback list', () => {
  it('names the bootstrap operator, then who confirmed, nobody twice', () => {
    expect(rule.fallbackList(withSigners(id(3), id(1), id(2)))).toEqual([id(1), id(3), id(2)])
  })

  it('is made once per context and never taken for that of another', () => {
    const state = withSigners(id(2))
    expect(rule.fallbackList({ ...state })).toBe(rule.fallbackList(state))
    expect(rule.fallbackList(withSigners(id(3)))).toEqual([id(1), id(3)])
  })
})
