import { mlkemDecapsulate, mlkemEncapsulate, mlkemKeygen } from '@montana/crypto/oracle'
import { pqOf } from '../backends.js'
import type { Fields } from '../fields.js'
import { all, type GroupForm, sameBytes } from './forms.js'

/** Key generation, then decapsulation of a given ciphertext: both backends. */
export const mlkemForm: GroupForm = {
  type: 'MLKEMTest',
  backends: ['node', 'noble'],
  run: async (test, _, { backend, backends }) => {
    const pair = await pqOf(backends, backend).importKem(test.bytes('seed'))
    const secret = await pair.decapsulate(test.bytes('c'))
    return all(
      test.has('ek') ? sameBytes('ek', test.bytes('ek'), pair.publicKey) : 'accepted',
      sameBytes('K', test.bytes('K'), secret),
    )
  },
}

export const mlkemKeygenForm: GroupForm = {
  type: 'MLKEMKeyGen',
  backends: ['node', 'noble'],
  remark: (backend) => (backend === 'node' ? 'dk is not compared: node:crypto does not give it out' : undefined),
  run: async (test, _, { backend, backends }) => {
    const seed = test.bytes('seed')
    if (backend === 'node') {
      return sameBytes('ek', test.bytes('ek'), (await pqOf(backends, backend).importKem(seed)).publicKey)
    }
    const { publicKey, secretKey } = mlkemKeygen(seed)
    return all(sameBytes('ek', test.bytes('ek'), publicKey), sameBytes('dk', test.bytes('dk'), secretKey))
  },
}

/** Only bad keys can be tried without choosing the coins; a right answer needs them. */
export const mlkemEncapsForm: GroupForm = {
  type: 'MLKEMEncapsTest',
  backends: ['node', 'noble'],
  cannotRun: (test, _, backend) =>
    backend === 'node' && isValid(test) ? 'needs chosen encapsulation coins, and node:crypto draws its own' : undefined,
  run: async (test, _, { backend, backends }) => {
    if (backend === 'node') {
      await pqOf(backends, backend).encapsulate(test.bytes('ek'))
      return 'accepted'
    }
    const { cipherText, sharedSecret } = mlkemEncapsulate(test.bytes('ek'), test.bytes('m'))
    return all(sameBytes('c', test.bytes('c'), cipherText), sameBytes('K', test.bytes('K'), sharedSecret))
  },
}

/** Decapsulation with an expanded key, which only noble takes. */
export const mlkemDecapsForm: GroupForm = {
  type: 'MLKEMDecapsValidationTest',
  backends: ['noble'],
  run: (test) => {
    const secret = mlkemDecapsulate(test.bytes('c'), test.bytes('dk'))
    return test.has('K') ? sameBytes('K', test.bytes('K'), secret) : 'accepted'
  },
}

function isValid(test: Fields): boolean {
  return test.text('result') !== 'invalid'
}
