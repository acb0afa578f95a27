import { generateKeyPairSync } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { MESSAGE_2_BYTES, PQ_PROTOCOL, padMessage } from '@montana/transport'
import { onTestFinished } from 'vitest'
import { parseListenAddress } from '../src/address.js'
import type { Member } from './mesh-harness.js'

/** An address of this host that is in no manifest of these tests. */
export const STRANGER = '127.0.0.99'

export const line = (text: string) => Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`, 'latin1')
export const HEADER = line('/multistream/1.0.0')
/** As a base peer dials: header, proposal and message 1 in one segment. */
export const lazyHello = () => Buffer.concat([HEADER, line(PQ_PROTOCOL), padMessage(kemKey(), new Uint8Array(0))])

function kemKey(): Uint8Array {
  return generateKeyPairSync('ml-kem-768').publicKey.export({ format: 'der', type: 'spki' }).subarray(-1184)
}

/** A connection without any Montana in it, as it stands now. */
export interface RawConnection {
  readonly socket: Socket
  readonly received: () => Buffer
  readonly isClosed: () => boolean
  /** A whole second message, hence a signature, has come. */
  readonly isAnswered: () => boolean
}

export function knock(to: Member, bytes: Uint8Array = new Uint8Array(0), from = STRANGER): RawConnection {
  const { host, port } = parseListenAddress(to.listen) ?? { host: '', port: 0 }
  const socket = connect({ host, port, localAddress: from })
  const parts: Buffer[] = []
  let isClosed = false
  socket.on('data', (part) => parts.push(part))
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  if (bytes.length > 0) socket.write(bytes)
  onTestFinished(() => void socket.destroy())
  const received = () => Buffer.concat(parts)
  return { socket, received, isClosed: () => isClosed, isAnswered: () => received().length > MESSAGE_2_BYTES }
}
