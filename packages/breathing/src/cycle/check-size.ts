import { FILE_BYTES_MAX } from '../constants.js'
import { tooLarge } from '../git/read-tree.js'
import { encodeRegisters, STAMPS_FOLDER } from '../merge/encode.js'
import type { Registers } from '../merge/registers.js'

/** Throws BreathError `TOO_LARGE` when a file, or its stamps, could not leave. Spec three-mirror 12.3. */
export function checkSize(path: string, registers: Registers, depth: number): void {
  const { text, stamps } = encodeRegisters(registers, depth)
  const [size, stampsSize] = [Buffer.byteLength(text), Buffer.byteLength(stamps)]
  if (size > FILE_BYTES_MAX) throw tooLarge(path, size)
  if (stampsSize > FILE_BYTES_MAX) throw tooLarge(STAMPS_FOLDER + path, stampsSize)
}
