import type { CementingRule, GenesisDocument, GenesisOperator, ProposerRule } from './document.js'
import { devnetParams } from './params.js'

export const DEVNET_NETWORK_NAME = 'montana-devnet'

export interface DevnetRules {
  readonly proposerRule: ProposerRule
  readonly cementingRule: CementingRule
}

/** The devnet of spec protocol 4.5; the first operator becomes the bootstrap operator, all use suite 1. */
export function devnetGenesis(
  operators: readonly Pick<GenesisOperator, 'label' | 'nodePublicKey' | 'accountPublicKey'>[],
  rules: DevnetRules = { proposerRule: 'rotation', cementingRule: 'vote' },
): GenesisDocument {
  return {
    networkName: DEVNET_NETWORK_NAME,
    proposerRule: rules.proposerRule,
    cementingRule: rules.cementingRule,
    params: devnetParams,
    operators: operators.map(({ label, nodePublicKey, accountPublicKey }, index) => ({
      label,
      bootstrap: index === 0,
      suiteId: 1,
      nodePublicKey,
      accountPublicKey,
    })),
  }
}
