const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const ADDRESS = /^mt[1-9A-HJ-NP-Za-km-z]{36,50}$/
const ID_BYTES = 32
const CHECKSUM_BYTES = 4

export const isAddress = (text: string) => ADDRESS.test(text)

/**
 * The account_id in hex of "mt" ‖ base58btc(account_id ‖ the first four bytes of its double SHA-256); null where it is none.
 * Spec protocol 2. Read here, so that who is asked cannot choose another account.
 */
export async function readAddress(text: string): Promise<string | null> {
  if (!isAddress(text)) return null
  const bytes = decode(text.slice(2))
  if (bytes === null) return null
  const id = bytes.slice(0, ID_BYTES)
  const isRight = await hasChecksum(id, bytes.slice(ID_BYTES))
  return isRight ? [...id].map((byte) => byte.toString(16).padStart(2, '0')).join('') : null
}

/** 36 bytes; a leading 1 is a leading zero byte. */
function decode(text: string): Uint8Array<ArrayBuffer> | null {
  const value = [...text].reduce((sum, sign) => sum * 58n + BigInt(ALPHABET.indexOf(sign)), 0n)
  const length = ID_BYTES + CHECKSUM_BYTES
  const hex = value.toString(16).padStart(2 * length, '0')
  if (hex.length !== 2 * length) return null
  const bytes = Uint8Array.from({ length }, (_, index) => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16))
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return /^1*/.exec(text)?.[0].length === zeros ? bytes : null
}

/** True where this page may not hash, which is so away from loopback and without TLS. */
async function hasChecksum(id: Uint8Array<ArrayBuffer>, checksum: Uint8Array): Promise<boolean> {
  if (!('subtle' in crypto)) return true
  const sum = await sha256(await sha256(id))
  return checksum.every((byte, index) => byte === sum[index])
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
