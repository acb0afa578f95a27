import { errorCode, errorMessage } from '@montana/foundation'
import { NetworkError } from '../errors.js'
import type { PeerReport } from '../options.js'
import type { Peer } from '../peer/peer.js'
import { isCutShort } from '../wire/stream-io.js'
import { typeName } from '../wire/types.js'
import type { MeshContext } from './context.js'

/** Ends of an exchange that say nothing about the peer: spec transport 16.3. */
const ON_THE_PATH: ReadonlySet<string> = new Set([
  'ABORTED',
  'LIMIT_BYTES',
  'NOT_CONNECTED',
  'REQUEST_TIMEOUT',
  'STREAM_RESET',
  'TIMEOUT',
])

/**
 * Reaction to a violation: the stream is reset by the caller, here the score rises and, at its bound, the peer is
 * banned for a time. Never scores what someone on the path can cause. Spec transport 16.3.
 */
export class Discipline {
  readonly #context: MeshContext

  constructor(context: MeshContext) {
    this.#context = context
  }

  /** Judges the error that ended an exchange with `peer`. */
  judge(peer: Peer, error: unknown): void {
    if (!(error instanceof NetworkError)) return
    const points = this.#pointsOf(error)
    if (points === undefined) return
    const { metrics, nowMs } = this.#context
    const type = typeof error.metadata.type === 'number' ? error.metadata.type : undefined
    if (error.code.startsWith('LIMIT_')) {
      metrics.violations.inc({ type: type === undefined ? 'none' : typeName(type), limit: error.code })
    }
    const score =
      error.code.startsWith('LIMIT_') && type !== undefined
        ? peer.score.addRateViolation(type, nowMs())
        : peer.score.add(points, nowMs())
    this.#react(peer, error.code, score, errorMessage(error))
  }

  /** Scores what the layer above has proven of `peer`; what someone on the path can cause is refused here too. */
  report(peer: Peer, { code, points }: PeerReport): void {
    if (ON_THE_PATH.has(code) || points <= 0) return
    const { metrics, nowMs } = this.#context
    metrics.violations.inc({ type: 'none', limit: code })
    this.#react(peer, code, peer.score.add(points, nowMs()), 'the peer broke a rule of consensus')
  }

  #react(peer: Peer, code: string, score: number, message: string): void {
    const { metrics, limits, modules } = this.#context
    metrics.score.set({ peer: peer.metricLabel }, score)
    modules.logger.warn({ peer: peer.label ?? peer.peerId, code, score }, message)
    if (score >= limits.score.ban) this.#ban(peer, code)
  }

  #ban(peer: Peer, reason: string): void {
    const { bans, peers, metrics, modules, nowMs } = this.#context
    const forMs = bans.ban(peer.peerId, peers.isInManifest(peer.peerId), nowMs())
    peer.score.reset()
    peer.awayCode = 'PEER_BANNED'
    metrics.bans.inc({ reason })
    metrics.bansActive.set({}, bans.active(nowMs()))
    modules.logger.error({ peer: peer.label ?? peer.peerId, reason, forMs }, 'peer banned for a time')
    for (const link of [...peer.links]) link.connection.abort(new Error(`PEER_BANNED: ${reason}`))
  }

  #pointsOf(error: NetworkError): number | undefined {
    const { score, exchange } = this.#context.limits
    if (isCutShort(error)) return undefined
    switch (error.code) {
      case 'ENV_LENGTH':
        return Number(error.metadata.actual) > exchange.maxPayloadBytes ? score.oversized : score.malformed
      case 'ENV_HEADER':
      case 'ENV_TYPE':
      case 'ENV_VERSION':
      case 'PONG_MISMATCH':
        return score.malformed
      case 'EXT_PROTOCOL':
        return score.unsolicited
      case 'LIMIT_RATE':
      case 'LIMIT_IN_FLIGHT':
        return score.rate
      default:
        return undefined
    }
  }
}

/** The result label of an exchange that ended with `error`. */
export function resultOf(error: unknown): string {
  return error === undefined ? 'ok' : errorCode(error)
}
