import { mldsaKeygen, mldsaSign, mldsaSignMu, mldsaVerify } from '@montana/crypto/oracle'
import { pqOf } from '../backends.js'
import type { Fields } from '../fields.js'
import { all, type GroupForm, sameBytes, type Verdict } from './forms.js'

const EMPTY_CONTEXT_ONLY = 'the backend signs and verifies with the empty context only'

export const mldsaVerifyForm: GroupForm = {
  type: 'MlDsaVerify',
  backends: ['node', 'noble'],
  cannotRun: (test, _, backend) => (backend === 'node' && hasContext(test) ? EMPTY_CONTEXT_ONLY : undefined),
  run: async (test, group, { backend, backends }) => {
    const [signature, message, key] = [test.bytes('sig'), test.bytes('msg'), group.bytes('publicKey')]
    const valid = hasContext(test)
      ? mldsaVerify(signature, message, key, test.bytes('ctx'))
      : await pqOf(backends, backend).verify(signature, message, key)
    return valid ? 'accepted' : 'refused'
  },
}

export const mldsaSignForm: GroupForm = {
  type: 'MlDsaSign',
  backends: ['node', 'noble'],
  cannotRun: (test, group, backend) => {
    if (backend !== 'node') return undefined
    if (hasContext(test)) return EMPTY_CONTEXT_ONLY
    return isWrongSeed(group) ? undefined : 'needs deterministic signing, and node:crypto signs hedged'
  },
  run: async (test, group, { backend, backends }) => {
    if (backend === 'noble') return signDeterministically(test, group)
    // only seeds of a wrong length come here
    await pqOf(backends, backend).importSigner(group.bytes('privateSeed'))
    return 'accepted'
  },
}

function hasContext(test: Fields): boolean {
  return test.has('ctx') && test.bytes('ctx').length > 0
}

function isWrongSeed(group: Fields): boolean {
  return group.has('privateSeed') && group.bytes('privateSeed').length !== 32
}

function signDeterministically(test: Fields, group: Fields): Verdict {
  const secretKey = group.has('privateSeed')
    ? mldsaKeygen(group.bytes('privateSeed')).secretKey
    : group.bytes('privateKey')
  const expected = test.bytes('sig')
  const verdicts: Verdict[] = []
  if (group.has('privateSeed') && typeof group.raw('publicKey') === 'string') {
    const { publicKey } = mldsaKeygen(group.bytes('privateSeed'))
    verdicts.push(sameBytes('publicKey', group.bytes('publicKey'), publicKey))
  }
  if (test.has('msg')) verdicts.push(sameBytes('sig', expected, sign(test, secretKey)))
  if (test.has('mu') && !test.has('rnd')) {
    verdicts.push(sameBytes('sig of mu', expected, mldsaSignMu(test.bytes('mu'), secretKey)))
  }
  if (verdicts.length === 0) throw new Error('neither msg nor mu')
  return all(...verdicts)
}

function sign(test: Fields, secretKey: Uint8Array): Uint8Array {
  return mldsaSign(test.bytes('msg'), secretKey, {
    ...(test.has('ctx') && { context: test.bytes('ctx') }),
    ...(test.has('rnd') && { randomness: test.bytes('rnd') }),
  })
}
