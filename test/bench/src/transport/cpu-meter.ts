import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions } from '@libp2p/interface'

type Direction = 'inbound' | 'outbound'

const US_PER_MS = 1_000

/** Processor time of the whole process, all threads, during each handshake; nothing else may run meanwhile. */
export class CpuMeter {
  readonly #samplesMs: Record<Direction, number[]> = { inbound: [], outbound: [] }

  /** The encrypter, measured. */
  around(encrypter: ConnectionEncrypter): ConnectionEncrypter {
    const measured =
      (direction: Direction, secure: 'secureInbound' | 'secureOutbound') =>
      async (stream: MessageStream, options?: SecureConnectionOptions) => {
        const before = process.cpuUsage()
        const secured = await encrypter[secure](stream, options)
        const { user, system } = process.cpuUsage(before)
        this.#samplesMs[direction].push((user + system) / US_PER_MS)
        return secured
      }
    return {
      protocol: encrypter.protocol,
      secureInbound: measured('inbound', 'secureInbound'),
      secureOutbound: measured('outbound', 'secureOutbound'),
    }
  }

  /** Samples since the last call, ms. */
  take(direction: Direction): number[] {
    return this.#samplesMs[direction].splice(0)
  }
}
