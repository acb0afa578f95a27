import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'
import {
  type EncrypterOptions,
  type HandshakeReport,
  HybridEncrypter,
  PqEncrypter,
  remedyOf,
  type TransportMetrics,
} from '@montana/transport'
import type { MeshContext } from './context.js'

/** One encrypter per profile on offer, in the order of the offer: spec transport 8.1. */
export function createEncrypters(
  context: MeshContext,
  gates: Omit<EncrypterOptions, 'limits' | 'onHandshake' | 'onSecured'>,
  metrics: TransportMetrics,
): ConnectionEncrypter[] {
  const { limits, security, heard } = context
  const { backend, signer, time } = context.modules
  const modules = { backend, signer, time, metrics }
  const options = {
    ...gates,
    limits,
    onHandshake: sessionLog(context),
    onSecured: (raw: MessageStream) => heard.watch(raw),
  }
  return security.offers.map((suite) => {
    if (suite === 'hybrid') return new HybridEncrypter(options, modules)
    return new PqEncrypter({ ...options, requiresHybrid: (peerId) => security.requiresHybrid(peerId) }, modules)
  })
}

/** The same session id in the logs of both ends: spec transport 4.3. */
function sessionLog({ modules: { logger }, peers }: MeshContext) {
  return ({ peerId, suite, direction, session, result }: HandshakeReport): void => {
    const peer = peerId === undefined ? undefined : (peers.get(peerId)?.label ?? peerId)
    if (result === 'ok') logger.info({ peer, suite, direction, session }, 'secure channel established')
    else logger.debug({ peer, suite, direction, code: result, remedy: remedyOf(result) }, 'no secure channel')
  }
}
