import { InboundAdmission, PROTOCOLS, type TransportMetrics } from '@montana/transport'
import { parseListenAddress } from '../address.js'
import type { Manifest } from '../manifest.js'
import type { MeshModules } from '../options.js'
import type { MeshContext } from './context.js'

/** The gates 1 to 3 of spec transport 10.2 for one mesh: every address of its manifest is in the manifest lane. */
export function inboundAdmission(
  { options, limits, security }: Pick<MeshContext, 'options' | 'limits' | 'security'>,
  { backend, time, logger }: MeshModules,
  metrics: TransportMetrics,
): InboundAdmission {
  return new InboundAdmission(
    {
      manifestAddresses: manifestAddresses(options.manifest),
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

/** IP addresses of those that can be dialled. */
export function manifestAddresses({ peers }: Manifest): string[] {
  return peers.flatMap(({ multiaddr }) => parseListenAddress(multiaddr)?.host ?? [])
}
