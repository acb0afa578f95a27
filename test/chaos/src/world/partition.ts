import { cutsOf } from '../plan/cuts.js'
import type { Nemesis } from './nemesis.js'

/**
 * `halves`: two against three, nobody has a quorum. `isolated`: one against four. `one-way`: what the one sends is lost, what
 * the others send arrives. `ring`: each reaches its two neighbours only.
 */
export const partition: Nemesis = ({ links, reach }, fault) => {
  const cuts = cutsOf(fault)
  const undo = links.add({ cuts })
  reach.cut(cuts)
  return () => {
    reach.join(cuts)
    undo()
  }
}
