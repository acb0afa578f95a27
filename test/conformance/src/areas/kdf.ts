import { ascii } from '@montana/codec'
import { hkdfExpand, hkdfExtract, hmacSha256, pbkdf2Sha256 } from '@montana/crypto'
import type { Fields } from '../fields.js'
import type { Area } from '../types.js'

/** Spec protocol 2: HMAC, PBKDF2 and HKDF, each with SHA-256. All three run on node:crypto whatever the backend. */
export const kdfArea: Area = {
  name: 'kdf',
  kinds: [
    {
      title: 'PBKDF2',
      matches: (input) => input.has('password', 'salt'),
      backends: ['typescript'],
      run: (input) => {
        const iterations = input.number(input.nameOf('iter', 'iterations', 'c') ?? 'iter')
        const length = input.number(input.nameOf('dkLen', 'dk_len', 'L') ?? 'dkLen')
        return pbkdf2Sha256(input.bytes('password'), input.bytes('salt'), iterations, length)
      },
    },
    {
      title: 'HKDF-Expand',
      matches: (input) => input.has('prk', 'info'),
      backends: ['typescript'],
      run: (input) => hkdfExpand(input.bytes('prk'), input.bytes('info'), lengthOf(input)),
    },
    {
      title: 'HKDF',
      matches: (input) => input.has('ikm', 'info'),
      backends: ['typescript'],
      run: (input) =>
        hkdfExpand(
          hkdfExtract(input.bytesOr('salt', ascii('')), input.bytes('ikm')),
          input.bytes('info'),
          lengthOf(input),
        ),
    },
    {
      title: 'HKDF-Extract',
      matches: (input) => input.has('ikm', 'salt'),
      backends: ['typescript'],
      run: (input) => hkdfExtract(input.bytes('salt'), input.bytes('ikm')),
    },
    {
      title: 'HMAC',
      matches: (input) => input.has('key') && input.nameOf('msg', 'data') !== undefined,
      backends: ['typescript'],
      run: (input) => hmacSha256(input.bytes('key'), input.bytes(input.nameOf('msg', 'data') ?? '')),
    },
  ],
}

function lengthOf(input: Fields): number {
  return input.number(input.nameOf('L', 'len', 'length') ?? 'L')
}
