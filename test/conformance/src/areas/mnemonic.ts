import { sha256 } from '@montana/codec'
import {
  deriveRoleSeed,
  entropyToMnemonic,
  loadWordlist,
  MnemonicError,
  masterSeedFingerprint,
  mnemonicToEntropy,
  packIndices,
  unpackIndices,
} from '@montana/crypto'
import { concatBytes } from '@montana/foundation'
import { type Fields, toNumber } from '../fields.js'
import type { Area, Value } from '../types.js'
import { masterSeedOf } from './seeds.js'

const PACKED_NAMES = ['packed', 'packed_hex', 'bits', 'bits_hex', 'bytes', 'bytes33', 'hex'] as const
const WORDS_NAMES = ['mnemonic', 'words', 'phrase'] as const

/** Spec protocol 2. */
export const mnemonicArea: Area = {
  name: 'mnemonic',
  kinds: [
    {
      title: 'word list',
      matches: (input) => input.has('lines'),
      backends: ['typescript'],
      run: wordlistFingerprint,
    },
    {
      title: 'packing',
      matches: (input) => input.has('indices'),
      backends: ['typescript'],
      run: (input) => packIndices(input.list('indices').map((index) => toNumber(index))),
    },
    {
      title: 'role seed',
      matches: (input) => input.has('master_seed') && input.nameOf('info', 'role') !== undefined,
      backends: ['typescript'],
      run: (input) =>
        deriveRoleSeed(input.bytes('master_seed'), input.text(input.nameOf('info', 'role') ?? ''), input.number('L')),
    },
    {
      title: 'words to entropy',
      matches: (input) => input.nameOf(...WORDS_NAMES) !== undefined,
      backends: ['typescript'],
      run: wordsToEntropy,
    },
    {
      title: 'entropy to words and master seed',
      matches: (input) => input.has('entropy'),
      backends: ['typescript'],
      run: (input) => entropyToSeed(input.bytes('entropy')),
    },
    {
      title: 'unpacking',
      matches: (input) => input.nameOf(...PACKED_NAMES) !== undefined,
      backends: ['typescript'],
      run: (input) => unpackIndices(input.bytes(input.nameOf(...PACKED_NAMES) ?? '')),
    },
  ],
}

async function wordlistFingerprint(input: Fields): Promise<Value> {
  const words = await loadWordlist()
  const text = Buffer.from(words.map((word) => `${word}\n`).join(''))
  const sizesAgree = text.length === input.number('bytes') && words.length === input.number('lines')
  return sizesAgree ? sha256(text) : `${text.length} bytes in ${words.length} lines`
}

async function entropyToSeed(entropy: Uint8Array): Promise<Value> {
  const mnemonic = await entropyToMnemonic(entropy)
  const packed = concatBytes(entropy, sha256(entropy).subarray(0, 1))
  const masterSeed = await masterSeedOf(entropy)
  return {
    value: mnemonic,
    mnemonic,
    words: mnemonic,
    packed,
    checksum: packed.subarray(32),
    indices: unpackIndices(packed),
    master_seed: masterSeed,
    fingerprint: masterSeedFingerprint(masterSeed),
  }
}

async function wordsToEntropy(input: Fields): Promise<Value> {
  const name = input.nameOf(...WORDS_NAMES) ?? ''
  const words = input.raw(name)
  try {
    const entropy = await mnemonicToEntropy(Array.isArray(words) ? words.join(' ') : input.text(name))
    return { value: entropy, entropy, master_seed: await masterSeedOf(entropy) }
  } catch (error) {
    if (error instanceof MnemonicError) return { value: errorText(error), error: errorText(error) }
    throw error
  }
}

/** `WordCount(23)`, `UnknownWord(5)`, `ChecksumMismatch`. */
function errorText({ code, metadata }: MnemonicError): string {
  const detail = metadata.count ?? metadata.index
  return detail === undefined ? code : `${code}(${detail})`
}
