import { sha256 } from '@montana/codec'
import { toHex } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entropyToMnemonic, loadWordlist, mnemonicToEntropy, packIndices, unpackIndices } from '../src/mnemonic.js'
import { deriveMasterSeed, deriveRoleSeed } from '../src/seeds.js'
import { hex, knownAnswers } from './known-answers.js'

const ZERO = `${'abandon '.repeat(23)}art`

describe('word list', () => {
  it('is the pinned one', async () => {
    const text = Buffer.from((await loadWordlist()).map((word) => `${word}\n`).join(''))
    expect(text).toHaveLength(13_116)
    expect(toHex(sha256(text))).toBe('2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda')
  })
})

describe('packing', () => {
  it.each(knownAnswers('mnemonic', 'bitpack'))('$name', ({ input, expected }) => {
    expect(toHex(packIndices(input.indices ?? []))).toBe(expected)
  })

  it('and unpacking are inverse', () => {
    const index = fc.integer({ min: 0, max: 2047 })
    fc.assert(
      fc.property(fc.array(index, { minLength: 24, maxLength: 24 }), (indices) => {
        expect(unpackIndices(packIndices(indices))).toEqual(indices)
      }),
    )
  })
})

describe('mnemonic', () => {
  it.each(knownAnswers('mnemonic', 'mnemonic_M1'))('$name', async ({ input, expected }) => {
    const { mnemonic, master_seed } = expected as { mnemonic: string; master_seed: string }
    const entropy = hex(input.entropy ?? '')
    expect(await entropyToMnemonic(entropy)).toBe(mnemonic)
    expect(await mnemonicToEntropy(mnemonic)).toEqual(entropy)
    expect(toHex(await deriveMasterSeed(entropy))).toBe(master_seed)
  })

  it.each(knownAnswers('mnemonic', 'role_seed'))('$name', ({ input, expected }) => {
    const { master_seed = '', info = '', L = 0 } = input
    expect(toHex(deriveRoleSeed(hex(master_seed), info, L))).toBe(expected)
  })

  it('takes any white space', async () => {
    expect(await mnemonicToEntropy(`\n ${ZERO.replaceAll(' ', '\t\r\n ')} `)).toEqual(new Uint8Array(32))
  })

  it.each([
    ['23 words', 'abandon '.repeat(23), 'WordCount', { count: 23 }],
    ['25 words', `${ZERO} art`, 'WordCount', { count: 25 }],
    ['nothing', ' ', 'WordCount', { count: 0 }],
    ['an unknown word', ZERO.replace('art', 'arte'), 'UnknownWord', { index: 23 }],
    ['an upper-case word', ZERO.replace('abandon', 'Abandon'), 'UnknownWord', { index: 0 }],
    ['a wrong checksum', 'abandon '.repeat(24), 'ChecksumMismatch', {}],
  ])('refuses %s', async (_, text, code, metadata) => {
    await expect(mnemonicToEntropy(text)).rejects.toMatchObject({ code, metadata })
  })

  it('never repeats a word in its errors', async () => {
    const error = await mnemonicToEntropy(ZERO.replace('art', 'hunter2')).catch((reason: Error) => reason)
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})
