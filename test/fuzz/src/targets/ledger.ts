import {
  encodeIdentityFile,
  entropyToMnemonic,
  IdentityError,
  MnemonicError,
  mnemonicToEntropy,
  parseAddress,
  parseIdentityFile,
} from '@montana/crypto'
import { bytesEqual, concatBytes, errorMessage, toHex } from '@montana/foundation'
import {
  decodeAccountRecord,
  decodeCandidateRecord,
  decodeGenesisDocument,
  decodeNodeRecord,
  decodeNodeRegistration,
  decodeOperation,
  decodeProtocolParams,
  devnetParams,
  encodeAccountRecord,
  encodeCandidateRecord,
  encodeGenesisDocument,
  encodeNodeRecord,
  encodeOperation,
  encodeProtocolParams,
  formatGenesisJson,
  hasherOf,
  nodeCryptoHasher,
  type ProvenEntry,
  parseGenesisJson,
  registrationScope,
  type SignedOperation,
  verifyInclusionProof,
  verifyRange,
} from '@montana/ledger'
import { loadBackend } from '@montana/native'
import {
  decodeCandidateProof,
  decodeStretch,
  decodeTimechainProof,
  encodeCandidateProof,
  encodeStretch,
  encodeTimechainProof,
} from '@montana/timechain'
import { ADDRESS, GENESIS, IDENTITY_FILE } from '../samples/identity.js'
import { ACCOUNT, bytesOf, CANDIDATE, NODE, OPERATIONS, registration, SIGNATURE } from '../samples/ledger.js'
import { merkleSamples, RECORDS } from '../samples/merkle.js'
import { codecTarget, REFUSED, refusingAsync, targetOf } from './codec-target.js'
import { Breach, type Target } from './target.js'

/** Records, operations, genesis, identities, and the proofs of tables and clock. */
export function targets(): readonly Target[] {
  return [...records(), ...clock(), ...identities(), genesisJson(), ...proofs()]
}

function records(): readonly Target[] {
  return [
    codecTarget({
      name: 'ledger/account',
      decode: decodeAccountRecord,
      encode: (value) => encodeAccountRecord(value),
      seeds: () => [encodeAccountRecord(ACCOUNT)],
    }),
    codecTarget({
      name: 'ledger/node',
      decode: decodeNodeRecord,
      encode: (value) => encodeNodeRecord(value),
      seeds: () => [encodeNodeRecord(NODE)],
    }),
    codecTarget({
      name: 'ledger/candidate',
      decode: decodeCandidateRecord,
      encode: (value) => encodeCandidateRecord(value),
      seeds: () => [encodeCandidateRecord(CANDIDATE)],
    }),
    codecTarget({
      name: 'ledger/registration',
      decode: decodeNodeRegistration,
      encode: (value) => concatBytes(registrationScope(value), value.signature),
      seeds: () => [registration()],
    }),
    codecTarget<SignedOperation>({
      name: 'ledger/operation',
      decode: decodeOperation,
      encode: ({ operation, signature }) => encodeOperation(operation, signature),
      seeds: () => OPERATIONS.map((operation) => encodeOperation(operation, SIGNATURE)),
    }),
    codecTarget({
      name: 'ledger/params',
      decode: decodeProtocolParams,
      encode: encodeProtocolParams,
      seeds: () => [encodeProtocolParams(devnetParams)],
    }),
    codecTarget({
      name: 'ledger/genesis',
      decode: decodeGenesisDocument,
      encode: encodeGenesisDocument,
      seeds: () => [encodeGenesisDocument(GENESIS), encodeGenesisDocument({ ...GENESIS, operators: [] })],
    }),
  ]
}

function clock(): readonly Target[] {
  const values = bytesOf(7 * 32, 9)
  return [
    codecTarget({
      name: 'ledger/timechain-proof',
      decode: decodeTimechainProof,
      encode: encodeTimechainProof,
      seeds: () => [encodeTimechainProof({ window: 7, d: 2_000_000, values })],
    }),
    codecTarget({
      name: 'ledger/candidate-proof',
      decode: decodeCandidateProof,
      encode: encodeCandidateProof,
      seeds: () => [encodeCandidateProof({ noderegHash: bytesOf(32, 1), values })],
    }),
    codecTarget({
      name: 'ledger/stretch',
      decode: decodeStretch,
      encode: encodeStretch,
      seeds: () => [encodeStretch({ window: 7, d: 2_000_000, offset: 100, segments: 16, values })],
    }),
  ]
}

function identities(): readonly Target[] {
  return [
    codecTarget({
      name: 'ledger/identity-file',
      decode: parseIdentityFile,
      encode: encodeIdentityFile,
      errors: [IdentityError],
      seeds: () => [encodeIdentityFile(IDENTITY_FILE), encodeIdentityFile(olderIdentityFile())],
    }),
    mnemonic(),
    codecTarget({
      name: 'ledger/address',
      form: 'text',
      maxBytes: 512,
      decode: (bytes) => parseAddress(Buffer.from(bytes).toString('latin1')),
      seeds: () => [Buffer.from(ADDRESS)],
      holds: (value) => (value === undefined || value.length === 32 ? undefined : `${value.length} bytes`),
    }),
  ]
}

function olderIdentityFile() {
  const { suite, keys } = IDENTITY_FILE
  return { version: 2, suite, keys, ed25519Seed: bytesOf(32, 5) } as const
}

/** Words in, words out: what is accepted is one entropy with one spelling, spaces aside. */
function mnemonic(): Target {
  const seeds = async () => [Buffer.from(await entropyToMnemonic(bytesOf(32, 7)))]
  return targetOf({ name: 'ledger/mnemonic', form: 'text', maxBytes: 1024, seeds }, async (input) => {
    const text = Buffer.from(input).toString('utf8')
    const entropy = await refusingAsync([MnemonicError], () => mnemonicToEntropy(text))
    if (entropy === REFUSED) return 'refused'
    const again = await entropyToMnemonic(entropy)
    const words = text.split(/\s+/u).filter((word) => word !== '')
    if (again !== words.join(' ')) throw new Breach('no-round-trip', 'the entropy has other words')
    return 'accepted'
  })
}

function genesisJson(): Target {
  return codecTarget({
    name: 'ledger/genesis-json',
    form: 'json',
    maxBytes: 32 * 1024,
    isCanonical: false,
    repair: withHash,
    decode: (bytes) => parseGenesisJson(Buffer.from(bytes).toString('utf8')),
    encode: (value) => Buffer.from(formatGenesisJson(value)),
    seeds: () => [
      Buffer.from(formatGenesisJson({ ...GENESIS, operators: [] })),
      Buffer.from(formatGenesisJson(GENESIS)),
    ],
  })
}

const backends = [nodeCryptoHasher, hasherOf(loadBackend().backend)]

/** Both backends hash the same, and what a proof proves is in the table; a range has one proof. */
function proofs(): readonly Target[] {
  const { root, included, absent, range } = merkleSamples()
  const records = new Map(RECORDS.map((record) => [toHex(record.subarray(0, 32)), toHex(record)]))
  const same = <T>(verdicts: readonly T[]): T => {
    if (verdicts[0] !== verdicts[1]) throw new Breach('backends-differ', verdicts.join(' and '))
    return verdicts[0] as T
  }
  return [
    targetOf({ name: 'ledger/inclusion-proof', seeds: () => [included, absent] }, (input) => {
      const shown = same(backends.map((hasher) => shownEntry(verifyInclusionProof(root, input, hasher))))
      if (shown === undefined) return 'refused'
      const [key = '', record] = shown.split(' ')
      if (records.get(key) !== record) throw new Breach('property', `the table has something else under ${key}`)
      return 'accepted'
    }),
    targetOf({ name: 'ledger/range-proof', seeds: () => [range.proof] }, (input) => {
      if (!same(backends.map((hasher) => verifyRange({ ...range, proof: input }, hasher)))) return 'refused'
      if (!bytesEqual(range.proof, input)) throw new Breach('property', 'another proof holds for this range')
      return 'accepted'
    }),
  ]
}

function shownEntry(entry: ProvenEntry | undefined): string | undefined {
  return (
    entry &&
    [entry.key, entry.record]
      .filter((part) => part !== undefined)
      .map(toHex)
      .join(' ')
  )
}

/** Puts the hash that the document has into it: the refusal names it. */
function withHash(input: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(input).toString('utf8')
  try {
    parseGenesisJson(text)
    return undefined
  } catch (error) {
    const [, hash] = /the document hashes to ([0-9a-f]{64})/.exec(errorMessage(error)) ?? []
    if (hash === undefined) return undefined
    return Buffer.from(text.replace(/"genesis_hash":\s*"[^"]*"/, `"genesis_hash":"${hash}"`))
  }
}
