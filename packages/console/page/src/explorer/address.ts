import { toHex } from './proof.js'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const PREFIX = 'mt'
const ID_BYTES = 32
const CHECKSUM_BYTES = 4
/** 36 bytes in base58 are 50 characters at most. */
const CHARACTERS_MAX = PREFIX.length + 50

/**
 * The account_id, in lower hex, of an address or of an id in hex; undefined where it is neither. Found out here and not
 * taken from the answer, so that a node cannot prove another account than the one that was asked for: spec protocol 2.
 */
export async function accountIdIn(text: string): Promise<string | undefined> {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  const bytes = text.startsWith(PREFIX) && text.length <= CHARACTERS_MAX ? base58(text.slice(PREFIX.length)) : undefined
  if (!bytes) return undefined
  const id = bytes.subarray(0, ID_BYTES)
  const checksum = (await sha256(await sha256(id))).subarray(0, CHECKSUM_BYTES)
  return toHex(checksum) === toHex(bytes.subarray(ID_BYTES)) ? toHex(id) : undefined
}

/** Exactly id and checksum; a leading zero byte is a leading `1`. */
function base58(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = Array.from(text, (character) => ALPHABET.indexOf(character))
  if (digits.includes(-1)) return undefined
  const value = digits.reduce((sum, digit) => sum * 58n + BigInt(digit), 0n)
  const zeros = text.length - text.replace(/^1+/, '').length
  const hex = value === 0n ? '' : value.toString(16)
  const length = zeros + Math.ceil(hex.length / 2)
  if (length !== ID_BYTES + CHECKSUM_BYTES) return undefined
  const padded = hex.padStart(2 * length, '0')
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16))
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
