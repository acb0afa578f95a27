import type { TimeSource } from '@montana/foundation'
import type { TransportMetrics } from '../metrics.js'

export type Direction = 'inbound' | 'outbound'
export type Suite = 'hybrid' | 'pq'

/** What became of one handshake; js-libp2p itself passes on nothing but a message. */
export interface HandshakeReport {
  readonly direction: Direction
  readonly suite: Suite
  /** `ok` or an error code. */
  readonly result: string
  readonly seconds: number
  /** Proven in a result of `ok`, else the dialled PeerId where there is one. */
  readonly peerId: string | undefined
  /** First 8 bytes of the transcript hash, hex; the same on both ends. */
  readonly session: string | undefined
}

export interface HandshakeBookInit {
  readonly suite: Suite
  readonly metrics: TransportMetrics
  readonly time: TimeSource
  readonly onHandshake?: ((report: HandshakeReport) => void) | undefined
}

type Outcome = Pick<HandshakeReport, 'result' | 'peerId' | 'session'>

/** Counts and times the handshakes of one profile and tells of each: spec transport 11.1, 19. */
export class HandshakeBook {
  readonly #init: HandshakeBookInit

  constructor(init: HandshakeBookInit) {
    this.#init = init
  }

  /** A handshake has begun; call the result once, with what became of it. */
  begin(direction: Direction): (outcome: Outcome) => void {
    const { time, suite, metrics } = this.#init
    const startedMs = time.monotonicMs()
    metrics.handshakesInProgress.add(direction, 1)
    return (outcome) => {
      metrics.handshakesInProgress.add(direction, -1)
      this.#report({ direction, suite, ...outcome, seconds: (time.monotonicMs() - startedMs) / 1000 })
    }
  }

  #report(report: HandshakeReport): void {
    const { metrics, onHandshake } = this.#init
    const { direction, suite, result, seconds } = report
    metrics.handshakes.inc({ direction, suite, result })
    if (result === 'ok') metrics.handshakeSeconds.observe({ direction, suite }, seconds)
    onHandshake?.(report)
  }
}
