import { RatchetOpener, RatchetSealer, REKEY_LIMITS, type RekeyLimits } from '../frames/ratchet.js'
import { FrameStream, HYBRID_MAX_PLAINTEXT_BYTES } from '../frames/stream.js'
import type { HandshakeResult } from '../handshake/core.js'
import { HYBRID_PROTOCOL, hybridProfile } from '../handshake/profile.js'
import { OuterNoise } from '../outer/channel.js'
import {
  type Attempt,
  type EncrypterModules,
  type EncrypterOptions,
  type Established,
  HandshakeEncrypter,
} from './base.js'
import type { Direction } from './report.js'
import { trafficSecrets } from './traffic-secrets.js'

export interface HybridEncrypterOptions extends EncrypterOptions {
  /** Default: those of the specification. */
  readonly rekey?: RekeyLimits
}

/** The `hybrid` profile: the post-quantum core inside a standard Noise channel, bound to it. Spec transport 6. */
export class HybridEncrypter extends HandshakeEncrypter {
  readonly protocol = HYBRID_PROTOCOL
  readonly #outer: OuterNoise
  readonly #rekey: RekeyLimits

  constructor(options: HybridEncrypterOptions, modules: EncrypterModules) {
    super('hybrid', options, modules)
    this.#outer = new OuterNoise(this.ownId)
    this.#rekey = options.rekey ?? REKEY_LIMITS
  }

  /**
   * As initiator the first inner message follows the last outer one without waiting for anything: spec transport 6.2. As
   * responder it counts the handshake before the outer one, which costs some milliseconds too.
   */
  protected override async establish(attempt: Attempt): Promise<Established> {
    const { direction, stream, signal } = attempt
    this.begin(attempt)
    const outer = await this.#outer.secure(direction, stream, this.limits, signal)
    const [initiator, responder] =
      direction === 'outbound' ? [this.#outer.publicKey, outer.remoteKey] : [outer.remoteKey, this.#outer.publicKey]
    const { result, lower } = await this.runCore(hybridProfile({ initiator, responder }), outer.stream, attempt)
    outer.established()
    return { result, connection: this.#frameStream(direction, lower, result) }
  }

  #frameStream(direction: Direction, lower: Attempt['stream'], { keys }: HandshakeResult): FrameStream {
    const { metrics, time } = this.modules
    const secrets = trafficSecrets(direction, keys)
    const ratchet = { time, limits: this.#rekey }
    const stream = new FrameStream({
      lower,
      sealer: new RatchetSealer({
        ...ratchet,
        chainSecret: secrets.send,
        onRekey: () => metrics.rekeys.inc({ direction: 'sent' }),
      }),
      opener: new RatchetOpener({
        ...ratchet,
        chainSecret: secrets.receive,
        onRekey: () => metrics.rekeys.inc({ direction: 'received' }),
      }),
      maxPlaintextBytes: HYBRID_MAX_PLAINTEXT_BYTES,
      suite: 'hybrid',
      metrics,
    })
    secrets.wipe()
    return stream
  }
}
