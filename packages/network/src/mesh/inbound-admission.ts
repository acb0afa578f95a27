import { InboundAdmission, PROTOCOLS, type TransportMetrics } from '@montana/transport'
import { parseListenAddress } from '../address.js'
import type { MeshModules } from '../options.js'
import type { MeshContext } from './context.js'

/** The gates 1 to 3 of spec transport 10.2 for one mesh: every address of its manifest is in the manifest lane. */
export function inboundAdmission(
  { options, limits, security }: Pick<MeshContext, 'options' | 'limits' | 'security'>,
  { backend, time, logger }: MeshModules,
  metrics: TransportMetrics,
): InboundAdmission {
  const addresses = options.manifest.peers.flatMap(({ multiaddr }) => parseListenAddress(multiaddr)?.host ?? [])
  return new InboundAdmission(
    {
      manifestAddresses: addresses,
      protocols: security.offers.map((suite) => PROTOCOLS[suite]),
      backend: backend.name,
      limits: limits.admission,
      onSourceRefused: (source, forMs) =>
        logger.warn(
          { source, forMs, code: 'HS_THROTTLED' },
          'handshakes keep failing; the source is refused for a time',
        ),
    },
    { metrics, time },
  )
}
