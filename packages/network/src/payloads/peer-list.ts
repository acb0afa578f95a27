import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { formatIp, parseIp } from '@montana/transport'

const PEER_BYTES = 59
const NODE_ID_BYTES = 32
const IP_BYTES = 16

/** One record of 0x51. `ip` in text form. */
export interface ListedPeer {
  readonly ip: string
  readonly port: number
  /** 32 bytes. */
  readonly nodeId: Uint8Array
  readonly startWindow: bigint
}

/** 0x50. */
export function encodePeerListRequest(maxCount: number): Uint8Array {
  return new ByteWriter(2).u16(maxCount).finish()
}

export function decodePeerListRequest(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes)
  const maxCount = reader.u16()
  reader.end()
  return maxCount
}

/** 0x51: `count u16 ‖ count × 59`. Spec transport 13.2. */
export function encodePeerListResponse(peers: readonly ListedPeer[]): Uint8Array {
  const writer = new ByteWriter(2 + PEER_BYTES * peers.length).u16(peers.length)
  for (const peer of peers) writePeer(writer, peer)
  return writer.finish()
}

export function decodePeerListResponse(bytes: Uint8Array): ListedPeer[] {
  const reader = new ByteReader(bytes)
  const count = reader.u16()
  if (reader.remaining !== count * PEER_BYTES) {
    throw new CodecError('BadLength', { expected: count * PEER_BYTES, actual: reader.remaining })
  }
  return Array.from({ length: count }, () => readPeer(reader))
}

function writePeer(writer: ByteWriter, peer: ListedPeer): void {
  const { version, bytes } = parseIp(peer.ip)
  const padded = new Uint8Array(IP_BYTES)
  padded.set(bytes, IP_BYTES - bytes.length)
  writer.u8(version).bytes(padded).u16(peer.port).bytes(peer.nodeId, NODE_ID_BYTES).u64(peer.startWindow)
}

function readPeer(reader: ByteReader): ListedPeer {
  const version = reader.u8()
  if (version !== 4 && version !== 6) throw new CodecError('BadValue', { ipVersion: version })
  const padded = reader.bytes(IP_BYTES)
  return {
    ip: formatIp(version === 4 ? padded.subarray(12) : padded),
    port: reader.u16(),
    nodeId: reader.bytes(NODE_ID_BYTES).slice(),
    startWindow: reader.u64(),
  }
}
