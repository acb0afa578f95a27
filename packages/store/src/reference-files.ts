import { concatBytes } from '@montana/foundation'
import { StoreError } from './errors.js'

/** Import and export formats of a reference data directory, no live store: spec protocol 16.2. All integers little-endian. */
export const REFERENCE_FILES = {
  accounts: 'accounts.bin',
  nodes: 'nodes.bin',
  candidates: 'candidates.bin',
  lastCemented: 'meta_last_cemented.bin',
  currentWindow: 'meta/current_window.bin',
  timechain: 'meta/timechain.bin',
  nodeState: 'meta/node_state.bin',
} as const

/** `meta/timechain.bin`. */
export interface TimechainFile {
  readonly timechainValue: Uint8Array
  readonly d: number
  readonly lastWindow: number
  /** u128 */
  readonly target: bigint
  readonly revealCount: number
}

/** `meta/node_state.bin`. */
export interface NodeStateFile {
  /** Spec protocol 12.6: 0 Bootstrap, 1 CandidateVdf, 2 Registered, 3 Active. */
  readonly phase: number
  readonly seed: Uint8Array
  readonly endpoint: Uint8Array
  readonly progress: number
  readonly target: number
  readonly wStart: number
  readonly registrationWindow: number
  readonly noderegHash: Uint8Array
}

const U64_MASK = 2n ** 64n - 1n
const U128_MAX = 2n ** 128n - 1n
const TIMECHAIN_BYTES = { 1: 56, 2: 80 } as const
const NODE_STATE_BYTES = 136
const LAST_PHASE = 3

/** `proposals/00000000000000000042.bin` for 42. */
export function proposalFileName(window: number): string {
  return `proposals/${String(window).padStart(20, '0')}.bin`
}

/** 8 bytes. */
export function encodeLastCemented(window: number): Uint8Array {
  return u64(window)
}

export function decodeLastCemented(bytes: Uint8Array): number {
  checkLength(REFERENCE_FILES.lastCemented, bytes, 8)
  return readU64(bytes, 0)
}

/** 16 bytes. */
export function encodeCurrentWindow(window: number): Uint8Array {
  return concatBytes(magic('mtcw', 1), u64(window))
}

/** Accepts the older form of 8 raw bytes too. */
export function decodeCurrentWindow(bytes: Uint8Array): number {
  if (bytes.length === 8) return readU64(bytes, 0)
  checkLength(REFERENCE_FILES.currentWindow, bytes, 16)
  checkMagic(REFERENCE_FILES.currentWindow, bytes, magic('mtcw', 1))
  return readU64(bytes, 8)
}

/** 80 bytes, version 2. */
export function encodeTimechainFile(file: TimechainFile): Uint8Array {
  const { timechainValue, d, lastWindow, target, revealCount } = file
  return concatBytes(magic('mttc', 2), timechainValue, u64(d), u64(lastWindow), u128(target), u64(revealCount))
}

/** Accepts version 1 too, which ends before the target. */
export function decodeTimechainFile(bytes: Uint8Array): TimechainFile {
  const name = REFERENCE_FILES.timechain
  const version = bytes[4] === 1 ? 1 : 2
  checkLength(name, bytes, TIMECHAIN_BYTES[version])
  checkMagic(name, bytes, magic('mttc', version))
  return {
    timechainValue: bytes.slice(8, 40),
    d: readU64(bytes, 40),
    lastWindow: readU64(bytes, 48),
    target: version === 1 ? U128_MAX : readU128(bytes, 56),
    revealCount: version === 1 ? 0 : readU64(bytes, 72),
  }
}

/** 136 bytes. */
export function encodeNodeState(file: NodeStateFile): Uint8Array {
  const head = Uint8Array.of(...Buffer.from('mtns'), 1, file.phase, 0, 0)
  const counters = [file.progress, file.target, file.wStart, file.registrationWindow].map(u64)
  return concatBytes(head, file.seed, file.endpoint, ...counters, file.noderegHash)
}

export function decodeNodeState(bytes: Uint8Array): NodeStateFile {
  const name = REFERENCE_FILES.nodeState
  checkLength(name, bytes, NODE_STATE_BYTES)
  const phase = bytes[5] ?? 0
  checkMagic(name, bytes, Uint8Array.of(...Buffer.from('mtns'), 1, phase, 0, 0))
  if (phase > LAST_PHASE) throw malformed(name, `phase ${phase}`)
  return {
    phase,
    seed: bytes.slice(8, 40),
    endpoint: bytes.slice(40, 72),
    progress: readU64(bytes, 72),
    target: readU64(bytes, 80),
    wStart: readU64(bytes, 88),
    registrationWindow: readU64(bytes, 96),
    noderegHash: bytes.slice(104, 136),
  }
}

/** A table file: records in key order, nothing else. */
export function joinRecords(records: Iterable<Uint8Array>): Uint8Array {
  return concatBytes(...records)
}

/** The records of a table file; throws StoreError `FILE_MALFORMED` when its length is no multiple of `recordBytes`. */
export function splitRecords(name: string, bytes: Uint8Array, recordBytes: number): Uint8Array[] {
  if (bytes.length % recordBytes !== 0) throw malformed(name, `${bytes.length} bytes, records have ${recordBytes}`)
  const count = bytes.length / recordBytes
  return Array.from({ length: count }, (_, i) => bytes.slice(i * recordBytes, (i + 1) * recordBytes))
}

function magic(name: string, version: number): Uint8Array {
  return Uint8Array.of(...Buffer.from(name), version, 0, 0, 0)
}

function checkMagic(name: string, bytes: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(bytes.subarray(0, expected.length), expected) !== 0)
    throw malformed(name, 'unknown magic or version')
}

function checkLength(name: string, bytes: Uint8Array, expected: number): void {
  if (bytes.length !== expected) throw malformed(name, `${bytes.length} bytes instead of ${expected}`)
}

function malformed(name: string, reason: string): StoreError {
  return new StoreError('FILE_MALFORMED', `${name} is malformed: ${reason}`, { metadata: { name } })
}

function u64(value: number | bigint): Uint8Array {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64LE(BigInt(value))
  return new Uint8Array(buffer)
}

function u128(value: bigint): Uint8Array {
  return concatBytes(u64(value & U64_MASK), u64(value >> 64n))
}

function readBigU64(bytes: Uint8Array, at: number): bigint {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigUInt64LE(at)
}

function readU64(bytes: Uint8Array, at: number): number {
  const value = readBigU64(bytes, at)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('integer', `${value} exceeds 2^53 − 1`)
  return Number(value)
}

function readU128(bytes: Uint8Array, at: number): bigint {
  return readBigU64(bytes, at) | (readBigU64(bytes, at + 8) << 64n)
}
