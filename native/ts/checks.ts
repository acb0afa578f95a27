import { HASH_BYTES, MAX_CHECKPOINTS, MAX_STEPS, MAX_THREADS, TREE_LEVELS } from './constants.js'
import { type NativeErrorCode, nativeError } from './errors.js'

/** Each check throws before any work; the addon repeats them at its own boundary. */
export function checkBytes(bytes: Uint8Array, length: number, name: string): void {
  if (!(bytes instanceof Uint8Array)) throw nativeError('NATIVE_BAD_LENGTH', `${name} is no Uint8Array`)
  if (bytes.length !== length)
    throw nativeError('NATIVE_BAD_LENGTH', `${name} has ${bytes.length} bytes, not ${length}`)
}

export function checkHash(bytes: Uint8Array, name: string): void {
  checkBytes(bytes, HASH_BYTES, name)
}

/** Returns how many hashes `bytes` holds. */
export function checkHashes(bytes: Uint8Array, name: string): number {
  const count = Math.floor(bytes.length / HASH_BYTES)
  checkBytes(bytes, count * HASH_BYTES, name)
  return count
}

export function checkSteps(steps: number): void {
  checkWhole(steps, 1, MAX_STEPS, 'NATIVE_BAD_STEPS', 'steps')
}

export function checkCheckpoints(checkpoints: number, steps: number): void {
  checkWhole(checkpoints, 1, Math.min(MAX_CHECKPOINTS, steps), 'NATIVE_BAD_CHECKPOINTS', 'checkpoints')
}

export function checkThreads(threads: number): void {
  checkWhole(threads, 1, MAX_THREADS, 'NATIVE_BAD_THREADS', 'threads')
}

export function checkLevel(level: number, from: number, name: string): void {
  checkWhole(level, from, TREE_LEVELS, 'NATIVE_BAD_LEVEL', name)
}

export function checkLanes(lanes: number, known: readonly number[]): void {
  if (!known.includes(lanes))
    throw nativeError('NATIVE_BAD_LANES', `${lanes} lanes, but this CPU has kernels for ${known.join(', ')}`)
}

export function checkItems(items: Uint8Array, itemLength: number): void {
  checkWhole(itemLength, 1, MAX_STEPS, 'NATIVE_BAD_LENGTH', 'itemLength')
  checkBytes(items, Math.floor(items.length / itemLength) * itemLength, 'items')
}

export function checkRecords(records: Uint8Array, recordBytes: number, count: number): void {
  checkWhole(recordBytes, 1, MAX_STEPS, 'NATIVE_BAD_LENGTH', 'recordBytes')
  checkBytes(records, count * recordBytes, 'records')
}

function checkWhole(value: number, from: number, to: number, code: NativeErrorCode, name: string): void {
  if (!Number.isInteger(value) || value < from || value > to)
    throw nativeError(code, `${name} is ${value}, not a whole number in ${from}…${to}`)
}
