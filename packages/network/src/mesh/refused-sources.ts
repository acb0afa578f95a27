import { BlockList, type SocketAddress } from 'node:net'

/**
 * Gate 1 at the earliest place there is: the runtime closes connections as it accepts them, before js-libp2p makes objects
 * and timers for each. A flood from a refused source, or beyond the rates of strangers, then costs next to nothing. The list
 * is asked, never filled: an address cannot be taken out of a filled one.
 */
export class RefusedSources extends BlockList {
  readonly #refuses: (address: string) => boolean

  constructor(refuses: (address: string) => boolean) {
    super()
    this.#refuses = refuses
  }

  override check(address: SocketAddress | string): boolean {
    return this.#refuses(typeof address === 'string' ? address : address.address)
  }
}
