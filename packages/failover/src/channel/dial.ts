import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { TimeoutError, withTimeout } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { ALPN_PROTOCOL, CONNECT_TIMEOUT_MS, HANDSHAKE_TIMEOUT_MS } from './constants.js'
import type { PeerAddress } from './options.js'
import type { ChannelCredentials } from './tls/credentials.js'
import { handshakeFailure } from './tls/failure.js'
import { factsOf, type PeerPolicy, type VerifiedPeer, verifyPeer } from './tls/verify-peer.js'

export interface DialInit {
  readonly host: string
  readonly to: PeerAddress
  readonly localAddress: string | undefined
  readonly credentials: ChannelCredentials
  readonly policy: PeerPolicy
  readonly connectTimeoutMs?: number | undefined
  readonly handshakeTimeoutMs?: number | undefined
}

export interface DialledPeer {
  readonly socket: TLSSocket
  readonly peer: VerifiedPeer
}

/**
 * One connection to `host`, verified; nothing was read from it or written to it. Throws FailoverError (a code of the
 * peer's refusal, or CHANNEL_CLOSED) or AbortError, and leaves no socket behind.
 */
export async function dialPeer(init: DialInit, signal: AbortSignal): Promise<DialledPeer> {
  const { credentials, policy, host } = init
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS } = init
  const tcp = await step('connect', connectTimeoutMs, signal, (inner) => openTcp(init, inner))
  const socket = await step('handshake', handshakeTimeoutMs, signal, (inner) => startTls(tcp, credentials, inner))
  try {
    return { socket, peer: verifyPeer(factsOf(socket), policy, credentials.time.wallMs(), host) }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function step<T>(
  name: string,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeout(ms, signal, work)
  } catch (error) {
    if (error instanceof TimeoutError) throw new FailoverError('CHANNEL_CLOSED', `${name}: nothing for ${ms} ms`)
    if (signal.aborted) throw error
    throw handshakeFailure(error)
  }
}

function openTcp({ to, localAddress }: DialInit, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({
    host: to.address,
    port: to.port,
    noDelay: true,
    ...(localAddress !== undefined && { localAddress }),
  })
  return settle(socket, 'connect', signal)
}

/** CA checks are off because there is no CA: {@link verifyPeer} stands in their place. No name is sent in the clear. */
function startTls(tcp: Socket, credentials: ChannelCredentials, signal: AbortSignal): Promise<TLSSocket> {
  const socket = connectTls({
    socket: tcp,
    secureContext: credentials.context(),
    minVersion: 'TLSv1.3',
    ALPNProtocols: [ALPN_PROTOCOL],
    rejectUnauthorized: false,
  })
  return settle(socket, 'secureConnect', signal)
}

/** Resolves with the socket at `event`; on error, end or abort destroys it and rejects. */
function settle<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<S> {
  // An error that comes when nobody listens any more, or not yet, would end the process.
  socket.on('error', () => {})
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      forget()
      socket.destroy()
      reject(error)
    }
    const onClose = () => fail(new FailoverError('CHANNEL_CLOSED', 'the peer ended the connection'))
    const onAbort = () => fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    const onDone = () => {
      forget()
      resolve(socket)
    }
    const forget = () => {
      socket.off(event, onDone).off('error', fail).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
    socket.once(event, onDone).once('error', fail).once('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
