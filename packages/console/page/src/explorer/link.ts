import type { LivePeerView } from '../../../src/api/explorer-views.js'
import type { Tone } from '../data/state.js'

/** One that was never there is not lost. Pure. */
export function linkOf({ conns, healthy, up_s, ping_sent }: LivePeerView): readonly [Tone, string] {
  if (conns > 0) return healthy ? ['good', 'connected'] : ['warn', 'does not answer']
  return up_s === 0 && ping_sent === 0 ? ['none', 'not seen yet'] : ['bad', 'no link']
}
