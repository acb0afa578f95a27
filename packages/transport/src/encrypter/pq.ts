import type { PeerId } from '@libp2p/interface'
import { TransportError } from '../errors.js'
import { FrameOpener, FrameSealer } from '../frames/cipher.js'
import { FrameStream, PQ_MAX_PLAINTEXT_BYTES } from '../frames/stream.js'
import { PQ_PROFILE, PQ_PROTOCOL } from '../handshake/profile.js'
import {
  type Attempt,
  type EncrypterModules,
  type EncrypterOptions,
  type Established,
  HandshakeEncrypter,
} from './base.js'
import type { Direction } from './report.js'
import { trafficSecrets } from './traffic-secrets.js'

export interface PqEncrypterOptions extends EncrypterOptions {
  /** Whether a peer is spoken to over the hybrid profile only; `undefined` is an unknown one. Spec transport 8.2. */
  readonly requiresHybrid?: (peerId: string | undefined) => boolean
}

/** The `pq` profile: spec transport 5. */
export class PqEncrypter extends HandshakeEncrypter {
  readonly protocol = PQ_PROTOCOL
  readonly #requiresHybrid: (peerId: string | undefined) => boolean

  constructor(options: PqEncrypterOptions, modules: EncrypterModules) {
    super('pq', options, modules)
    this.#requiresHybrid = options.requiresHybrid ?? (() => false)
  }

  protected override async establish(attempt: Attempt): Promise<Established> {
    const { direction, stream, expected } = attempt
    if (direction === 'outbound') this.#checkProfile(expected?.toString())
    const { result, lower } = await this.runCore(PQ_PROFILE, stream, attempt)
    const secrets = trafficSecrets(direction, result.keys)
    const connection = new FrameStream({
      lower,
      sealer: new FrameSealer(secrets.send),
      opener: new FrameOpener(secrets.receive),
      maxPlaintextBytes: PQ_MAX_PLAINTEXT_BYTES,
      suite: 'pq',
      metrics: this.modules.metrics,
    })
    secrets.wipe()
    return { result, connection }
  }

  protected override checkRemote(remote: PeerId, direction: Direction, expected: PeerId | undefined): void {
    super.checkRemote(remote, direction, expected)
    this.#checkProfile(remote.toString())
  }

  #checkProfile(peerId: string | undefined): void {
    if (!this.#requiresHybrid(peerId)) return
    throw new TransportError('PROFILE_REFUSED', `${peerId ?? 'an unknown peer'} is spoken to in hybrid only`, {
      peerId,
    })
  }
}
