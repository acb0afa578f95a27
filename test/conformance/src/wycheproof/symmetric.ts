import { aeadOpen, aeadSeal, hkdfExpand, hkdfExtract, hmacSha256 } from '@montana/crypto'
import { concatBytes } from '@montana/foundation'
import { all, type GroupForm, sameBytes } from './forms.js'

/** Seals and opens; wrong tags and wrong nonce lengths must be refused. */
export const aeadForm: GroupForm = {
  type: 'AeadTest',
  backends: ['node'],
  isSymmetric: true,
  run: (test) => {
    const [key, iv, aad] = [test.bytes('key'), test.bytes('iv'), test.bytes('aad')]
    const sealed = concatBytes(test.bytes('ct'), test.bytes('tag'))
    const opened = aeadOpen(key, iv, sealed, aad)
    if (opened === undefined) return 'refused'
    const message = test.bytes('msg')
    return all(sameBytes('msg', message, opened), sameBytes('ct ‖ tag', sealed, aeadSeal(key, iv, message, aad)))
  },
}

/** A tag may be cut; a wrong one must be refused. */
export const macForm: GroupForm = {
  type: 'MacTest',
  backends: ['node'],
  isSymmetric: true,
  run: (test, group) => {
    const tag = hmacSha256(test.bytes('key'), test.bytes('msg')).subarray(0, group.number('tagSize') / 8)
    return Buffer.compare(tag, test.bytes('tag')) === 0 ? 'accepted' : 'refused'
  },
}

export const hkdfForm: GroupForm = {
  type: 'HkdfTest',
  backends: ['node'],
  isSymmetric: true,
  run: (test) => {
    const key = hkdfExtract(test.bytes('salt'), test.bytes('ikm'))
    return sameBytes('okm', test.bytes('okm'), hkdfExpand(key, test.bytes('info'), test.number('size')))
  },
}
