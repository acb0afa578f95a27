import type { ConnectionEncrypter } from '@libp2p/interface'
import {
  type EncrypterModules,
  type EncrypterOptions,
  type HandshakeReport,
  HybridEncrypter,
  PqEncrypter,
} from '@montana/transport'
import type { MeshContext } from './context.js'
import type { SecurityPolicy } from './security-policy.js'

/** One encrypter per profile on offer, in the order of the offer: spec transport 8.1. */
export function createEncrypters(
  context: MeshContext,
  policy: SecurityPolicy,
  { admit, inbound, metrics }: Pick<EncrypterOptions, 'admit' | 'inbound'> & Pick<EncrypterModules, 'metrics'>,
): ConnectionEncrypter[] {
  const { backend, signer, time } = context.modules
  const modules = { backend, signer, time, metrics }
  const options = { admit, inbound, limits: context.limits, onHandshake: sessionLog(context) }
  return policy.offers.map((suite) => {
    if (suite === 'hybrid') return new HybridEncrypter(options, modules)
    return new PqEncrypter({ ...options, requiresHybrid: (peerId) => policy.requiresHybrid(peerId) }, modules)
  })
}

/** The same session id in the logs of both ends: spec transport 4.3. */
function sessionLog({ modules: { logger }, peers }: MeshContext) {
  return ({ peerId, suite, direction, session, result }: HandshakeReport): void => {
    const peer = peerId === undefined ? undefined : (peers.get(peerId)?.label ?? peerId)
    if (result === 'ok') logger.info({ peer, suite, direction, session }, 'secure channel established')
    else logger.debug({ peer, suite, direction, code: result }, 'no secure channel')
  }
}
