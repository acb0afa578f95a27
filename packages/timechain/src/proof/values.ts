import { VALUE_BYTES } from '../constants.js'

/** k, from the k−1 values between the ends; a fraction where the length is no multiple of 32. */
export function segmentCount(values: Uint8Array): number {
  return values.length / VALUE_BYTES + 1
}

export function valueAt(values: Uint8Array, index: number): Uint8Array {
  return values.subarray(index * VALUE_BYTES, (index + 1) * VALUE_BYTES)
}
