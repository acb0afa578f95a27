import { AbstractMessageStream, multiaddrConnectionPair, type SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Each pair takes a number of its own for a port, of which there are too few for a long run. */
const { log } = multiaddrConnectionPair()[0]

/** A connection whose socket takes one write and then wants to be drained. */
export class NarrowStream extends AbstractMessageStream {
  readonly writes: Uint8Array[] = []
  resetBy: Error | undefined

  constructor() {
    super({ log })
  }

  override sendData(data: Uint8ArrayList): SendResult {
    this.writes.push(data.slice())
    return { sentBytes: data.byteLength, canSendMore: false }
  }

  override sendReset(error: Error): void {
    this.resetBy = error
  }

  override sendPause(): void {}
  override sendResume(): void {}
  override async close(): Promise<void> {
    this.onTransportClosed()
  }

  drain(): void {
    this.safeDispatchEvent('drain')
  }
}
