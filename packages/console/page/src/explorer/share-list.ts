import type { ConsensusView } from '../../../src/api/explorer-views.js'
import { nameOf } from './names.js'
import { nodeHref } from './route.js'
import type { Share } from './shares.js'

export function sharesOf({ distribution }: Pick<ConsensusView, 'distribution'>): Share[] {
  return distribution.map((one) => ({
    ...{ id: one.node_id, name: nameOf(one), href: nodeHref(one.node_id) },
    ...{ weight: one.weight, permille: one.share_permille },
  }))
}
