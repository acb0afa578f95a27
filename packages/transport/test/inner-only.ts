import type { MultiaddrConnection } from '@libp2p/interface'
import {
  type Attempt,
  type EncrypterModules,
  type EncrypterOptions,
  HandshakeEncrypter,
} from '../src/encrypter/base.js'
import { FrameOpener, FrameSealer } from '../src/frames/cipher.js'
import { FrameStream } from '../src/frames/stream.js'
import type { HandshakeProfile } from '../src/handshake/profile.js'
import { hybridProfile } from '../src/index.js'
import { OuterNoise } from '../src/outer/channel.js'
import { filled, type Outcome, outcome, type Party } from './harness.js'

const PAIR = hybridProfile({ initiator: filled(32, 0x37), responder: filled(32, 0x38) })

/** The core of the hybrid profile without its outer channel, so that a test reaches each byte of it. */
export class InnerOnly extends HandshakeEncrypter {
  readonly protocol = '/inner-only'

  constructor(options: EncrypterOptions, modules: EncrypterModules) {
    super('hybrid', options, modules)
  }

  protected override async establish(attempt: Attempt) {
    const { result, lower } = await this.runCore(PAIR, attempt.stream, attempt)
    const [send, receive] =
      attempt.direction === 'outbound' ? [result.keys.i2r, result.keys.r2i] : [result.keys.r2i, result.keys.i2r]
    const ends = { sealer: new FrameSealer(send), opener: new FrameOpener(receive) }
    const { metrics } = this.modules
    return {
      result,
      connection: new FrameStream({ lower, ...ends, maxPlaintextBytes: 1000, suite: 'hybrid', metrics }),
    }
  }
}

/** What a party makes of the two outer keys; the honest answer is `hybridProfile`. */
export type Binding = (keys: { readonly own: Uint8Array; readonly remote: Uint8Array }) => HandshakeProfile

/** A hybrid encrypter that binds its core to something else than its outer channel. */
export function misbound(
  bind: Binding,
): new (
  options: EncrypterOptions,
  modules: EncrypterModules,
) => HandshakeEncrypter {
  return class extends HandshakeEncrypter {
    readonly protocol = '/misbound'
    readonly #outer = new OuterNoise(this.ownId)

    constructor(options: EncrypterOptions, modules: EncrypterModules) {
      super('hybrid', options, modules)
    }

    protected override async establish(attempt: Attempt) {
      const outer = await this.#outer.secure(attempt.direction, attempt.stream, this.limits, attempt.signal)
      const profile = bind({ own: this.#outer.publicKey, remote: outer.remoteKey })
      const { result, lower } = await this.runCore(profile, outer.stream, attempt)
      return { result, connection: lower }
    }
  }
}

/** Both ends of a handshake with one end replaced by a script on the raw connection. */
export async function against(
  party: Party,
  role: 'inbound' | 'outbound',
  stream: MultiaddrConnection,
): Promise<Outcome> {
  const { encrypter } = party
  return await outcome(role === 'outbound' ? encrypter.secureOutbound(stream) : encrypter.secureInbound(stream))
}
