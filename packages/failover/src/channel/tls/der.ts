/** The little of DER (X.690) that a certificate needs; lengths up to 65 535. */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific, constructed; primitive is 0x80. */
  explicit: 0xa0,
  implicit: 0x80,
} as const

/** RFC 5280 4.1.2.5: dates up to 2049 have a year of two digits. */
const LAST_UTC_TIME_YEAR = 2049

export const sequence = (...items: readonly Uint8Array[]) => tagged(TAG.sequence, ...items)
export const set = (...items: readonly Uint8Array[]) => tagged(TAG.set, ...items)
export const explicit = (number: number, item: Uint8Array) => tagged(TAG.explicit + number, item)
export const implicit = (number: number, bytes: Uint8Array) => tagged(TAG.implicit + number, bytes)
export const octetString = (bytes: Uint8Array) => tagged(TAG.octetString, bytes)
export const bitString = (bytes: Uint8Array) => tagged(TAG.bitString, Uint8Array.of(0), bytes)
export const utf8String = (text: string) => tagged(TAG.utf8String, Buffer.from(text, 'utf8'))

/** A positive number, big-endian, without superfluous zeros. */
export function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start)
  const sign = (digits[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []
  return tagged(TAG.integer, ...sign, digits)
}

/** Dotted form; the first arc is 0, 1 or 2. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(TAG.objectIdentifier, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

function base128(arc: number): number[] {
  const digits = [arc % 128]
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(128 + (rest % 128))
  return digits
}

/** Whole seconds, UTC. */
export function time(ms: number): Uint8Array {
  const digits = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const isShort = new Date(ms).getUTCFullYear() <= LAST_UTC_TIME_YEAR
  return isShort
    ? tagged(TAG.utcTime, Buffer.from(digits.slice(2), 'ascii'))
    : tagged(TAG.generalizedTime, Buffer.from(digits, 'ascii'))
}

function tagged(tag: number, ...items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + item.length, 0)
  return Buffer.concat([Uint8Array.of(tag, ...lengthBytes(length)), ...items])
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  if (length <= 0xff) return [0x81, length]
  if (length <= 0xffff) return [0x82, length >> 8, length & 0xff]
  throw new RangeError(`${length} bytes do not fit into this certificate writer`)
}
