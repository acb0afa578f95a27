import { ascii, ByteWriter, u64le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'

/** File formats of the reference data directory: spec protocol 16.2. Known for exchange; our own store is another. */
export const U128_MAX = 2n ** 128n - 1n

/** proposals/%020d.bin */
export function proposalFileName(window: bigint): string {
  return `proposals/${window.toString().padStart(20, '0')}.bin`
}

/** meta/current_window.bin, 16 bytes. */
export function currentWindowFile(window: bigint): Uint8Array {
  return concatBytes(ascii('mtcw'), Uint8Array.of(1, 0, 0, 0), u64le(window))
}

/** meta_last_cemented.bin, 8 bytes. */
export function lastCementedFile(window: bigint): Uint8Array {
  return u64le(window)
}

export interface TimechainFile {
  readonly timechainValue: Uint8Array
  readonly d: bigint
  readonly lastWindow: bigint
  readonly target: bigint
  readonly revealCount: bigint
}

/** meta/timechain.bin: 80 bytes as version 2; version 1 ends before target and reveal count. */
export function timechainFile(file: TimechainFile, version: 1 | 2): Uint8Array {
  const writer = new ByteWriter(version === 1 ? 56 : 80).bytes(ascii('mttc')).u32(version)
  writer.bytes(file.timechainValue, 32).u64(file.d).u64(file.lastWindow)
  return version === 1 ? writer.finish() : writer.u128(file.target).u64(file.revealCount).finish()
}

export interface NodeStateFile {
  readonly phase: number
  readonly seed: Uint8Array
  readonly endpoint: Uint8Array
  readonly progress: bigint
  readonly target: bigint
  readonly wStart: bigint
  readonly registrationWindow: bigint
  readonly registrationHash: Uint8Array
}

/** meta/node_state.bin, 136 bytes. */
export function nodeStateFile(file: NodeStateFile): Uint8Array {
  return new ByteWriter(136)
    .bytes(ascii('mtns'))
    .u8(1)
    .u8(file.phase)
    .u16(0)
    .bytes(file.seed, 32)
    .bytes(file.endpoint, 32)
    .u64(file.progress)
    .u64(file.target)
    .u64(file.wStart)
    .u64(file.registrationWindow)
    .bytes(file.registrationHash, 32)
    .finish()
}
