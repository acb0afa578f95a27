import { sha256 } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { ENTROPY_BYTES } from './constants.js'
import { checkLength, MnemonicError } from './errors.js'

const WORDS = 24
const BITS_PER_WORD = 11
/** Entropy and one checksum byte: 264 bits = 24 × 11. */
const PACKED_BYTES = 33

/** The 2048 English words of BIP-39, in order. Loaded on first use: a node needs them only in `init`. */
export async function loadWordlist(): Promise<readonly string[]> {
  const { wordlist } = await import('@scure/bip39/wordlists/english.js')
  return wordlist
}

/** 24 big-endian 11-bit indices → 33 bytes, most significant bit first: spec protocol 2. */
export function packIndices(indices: readonly number[]): Uint8Array {
  if (indices.length !== WORDS) throw new MnemonicError('WordCount', `expected 24 words, got ${indices.length}`)
  let packed = 0n
  for (const index of indices) packed = (packed << BigInt(BITS_PER_WORD)) | BigInt(index)
  return new Uint8Array(Buffer.from(packed.toString(16).padStart(2 * PACKED_BYTES, '0'), 'hex'))
}

/** 33 bytes → 24 indices of 0 … 2047. */
export function unpackIndices(packed: Uint8Array): number[] {
  checkLength('packed', packed, PACKED_BYTES)
  const value = BigInt(`0x${Buffer.from(packed).toString('hex')}`)
  return Array.from({ length: WORDS }, (_, i) => Number((value >> BigInt(BITS_PER_WORD * (WORDS - 1 - i))) & 0x7ffn))
}

/** 32 bytes → 24 words with exactly one space between them. */
export async function entropyToMnemonic(entropy: Uint8Array): Promise<string> {
  checkLength('entropy', entropy, ENTROPY_BYTES)
  const words = await loadWordlist()
  const packed = new Uint8Array(PACKED_BYTES)
  packed.set(entropy)
  packed.set(checksum(entropy), ENTROPY_BYTES)
  return unpackIndices(packed)
    .map((index) => words[index])
    .join(' ')
}

/**
 * 24 words with any white space between and around them → 32 bytes. Throws {@link MnemonicError}: `WordCount`,
 * `UnknownWord` (metadata `index`, from 0) or `ChecksumMismatch`. Lookup is exact and lower-case.
 */
export async function mnemonicToEntropy(mnemonic: string): Promise<Uint8Array> {
  const words = mnemonic.split(/\s+/u).filter((word) => word !== '')
  if (words.length !== WORDS) {
    throw new MnemonicError('WordCount', `a mnemonic has 24 words, got ${words.length}`, { count: words.length })
  }
  const packed = packIndices(await wordIndices(words))
  const entropy = packed.slice(0, ENTROPY_BYTES)
  if (!bytesEqual(packed.subarray(ENTROPY_BYTES), checksum(entropy))) {
    throw new MnemonicError('ChecksumMismatch', 'the checksum of the 24 words does not fit')
  }
  return entropy
}

async function wordIndices(words: readonly string[]): Promise<number[]> {
  const positions = new Map((await loadWordlist()).map((word, index) => [word, index]))
  return words.map((word, index) => {
    const position = positions.get(word)
    if (position !== undefined) return position
    throw new MnemonicError('UnknownWord', `word ${index + 1} is not in the list`, { index })
  })
}

function checksum(entropy: Uint8Array): Uint8Array {
  return sha256(entropy).subarray(0, 1)
}
