import { sha256 } from '@montana/codec'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  bootstrapNodeId,
  decodeGenesisDocument,
  decodeProtocolParams,
  devnetGenesis,
  devnetParams,
  encodeGenesisDocument,
  encodeProtocolParams,
  formatGenesisJson,
  genesisHash,
  genesisState,
  genesisStateHash,
  parseGenesisJson,
  productionParams,
  stateRoots,
  validateParams,
} from '../src/index.js'
import { devnetOperators, hex } from './helpers.js'

const operators = devnetOperators().slice(0, 3)
const devnet = devnetGenesis(operators)
const evidence = devnetGenesis(operators, { proposerRule: 'bootstrap', cementingRule: 'evidence' })

describe('devnet genesis', () => {
  it('has the roots, document and hashes that were derived by hand', () => {
    const roots = stateRoots(genesisState(devnet))
    expect(hex(roots.accountRoot)).toBe('86bfe15ed1e3d475530b8f2166195a11ed135538c4774f7bb22a789e863a4c37')
    expect(hex(roots.nodeRoot)).toBe('aba033da236ee69410baee67fe86aa6231b9be07a781d6b01a2cb6c37355555c')
    expect(hex(roots.stateRoot)).toBe('268e0ff4d2558af046fdec5e4a9b76cd074c2b11624189a8b893f68e02f23282')
    expect(hex(genesisStateHash(devnet))).toBe('c657a41e36f0c2aa71f511750836d1003362b00831e1b44140607f6cb1201900')
    const canonical = encodeGenesisDocument(devnet)
    expect(canonical.length).toBe(11_970)
    expect(hex(sha256(canonical))).toBe('7ccb8966a21176efec2cdc09c955e33cd2d7f293016c79eb11f099097896e334')
    expect(hex(genesisHash(devnet))).toBe('00cb86b1c7114fd09c79e791b6ae4a94905e36b357939bc0614ea63abd59fbc1')
  })

  it('has another hash under the rules bootstrap and evidence', () => {
    expect(hex(genesisHash(evidence))).toBe('0db6ffb86aae663194d34cafc15aac068f415f0e271a998a0be34d5a75ad6d3a')
  })

  it('names the first operator as bootstrap', () => {
    expect(hex(bootstrapNodeId(devnet))).toBe('145c37e414f0f070ea5dc7ad8d71f8f65822047486a58e46f80031a3148d5286')
    expect(hex(bootstrapNodeId({ operators: [] }))).toBe('00'.repeat(32))
  })
})

describe('parameters', () => {
  it('have the pinned state hashes of empty networks', () => {
    const production = { operators: [], params: productionParams }
    expect(hex(genesisStateHash(production))).toBe('1fa530475e4bda2e4041822c023f1b9908444c1103a3974e51012881df9337d8')
    const reference = { ...productionParams, vdfEntryWindows: 1, selectionInterval: 1 }
    expect(hex(genesisStateHash({ operators: [], params: reference }))).toBe(
      'c8f6243c6b74f1d77ecad05c4a6e5d1b56012ff455d4b94c8d24fdedf2e19942',
    )
  })

  it('survive the binary form, and reserved bytes must be zero', () => {
    const bytes = encodeProtocolParams(devnetParams)
    expect(decodeProtocolParams(bytes)).toEqual(devnetParams)
    bytes[8] = 1
    expect(() => decodeProtocolParams(bytes)).toThrow(ConfigError)
    expect(() => decodeProtocolParams(bytes.subarray(1))).toThrow(expect.objectContaining({ code: 'BadLength' }))
  })

  it.each([
    ['d0', { d0: 0 }],
    ['d0', { d0: 2 ** 32 }],
    ['tau2_windows', { tau2Windows: 0 }],
    ['selection_interval', { selectionInterval: 0 }],
    ['admission_divisor', { admissionDivisor: 0 }],
    ['candidate_expiry_windows', { candidateExpiryWindows: 0 }],
    ['quorum_den', { quorumNum: 0, quorumDen: 0 }],
    ['quorum_num', { quorumNum: 66, quorumDen: 99 }],
    ['quorum_num', { quorumNum: 101 }],
    ['dead_zone_low', { deadZoneLow: 95 }],
    ['dead_zone_high', { deadZoneHigh: 101 }],
    ['d_rate_den', { dRateNum: 0, dRateDen: 0 }],
    ['d_rate_num', { dRateNum: 100 }],
    ['max_protocol_payload_bytes', { maxProtocolPayloadBytes: 1_048_575 }],
  ])('an invalid %s is named', (member, over) => {
    expect(() => validateParams({ ...devnetParams, ...over })).toThrow(
      expect.objectContaining({ field: `params.${member}`, exitCode: 78, remedy: expect.any(String) }),
    )
  })
})

describe('genesis document', () => {
  it('survives the binary form; a byte more or a byte less does not', () => {
    const bytes = encodeGenesisDocument(evidence)
    expect(decodeGenesisDocument(bytes)).toEqual(evidence)
    expect(() => decodeGenesisDocument(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'Truncated' }))
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    expect(() => decodeGenesisDocument(longer)).toThrow(expect.objectContaining({ code: 'TrailingBytes' }))
    bytes[0] = 0
    expect(() => decodeGenesisDocument(bytes)).toThrow(expect.objectContaining({ code: 'BadValue' }))
  })

  it.each([
    ['network_name', { networkName: 'Devnet' }],
    ['network_name', { networkName: '' }],
    ['cementing_rule', { cementingRule: 'evidence' as const }],
    ['operators[0].bootstrap', { operators: devnet.operators.map((each) => ({ ...each, bootstrap: false })) }],
    ['operators[1].bootstrap', { operators: devnet.operators.map((each) => ({ ...each, bootstrap: true })) }],
    ['operators[0].suite_id', { operators: devnet.operators.map((each) => ({ ...each, suiteId: 2 })) }],
    ['operators[1].label', { operators: devnet.operators.map((each) => ({ ...each, label: 'same' })) }],
  ])('an invalid %s is named', (field, over) => {
    expect(() => encodeGenesisDocument({ ...devnet, ...over })).toThrow(
      expect.objectContaining({ field, exitCode: 78 }),
    )
  })

  it('two operators may not share a key', () => {
    const [first, second] = devnet.operators
    if (!first || !second) throw new Error('no operators')
    const shared = { ...second, nodePublicKey: first.nodePublicKey }
    expect(() => encodeGenesisDocument({ ...devnet, operators: [first, shared] })).toThrow(
      expect.objectContaining({ field: 'operators[1].node_pubkey_hex' }),
    )
  })
})

describe('genesis JSON', () => {
  const text = formatGenesisJson(evidence)
  const edited = (edit: (json: Record<string, never>) => void) => {
    const json = JSON.parse(text)
    edit(json)
    return () => parseGenesisJson(JSON.stringify(json))
  }

  it('survives the JSON form, with big integers as decimal strings and small ones as numbers', () => {
    expect(parseGenesisJson(text)).toEqual(evidence)
    const json = JSON.parse(text)
    expect(json.params).toMatchObject({ d0: '2000000', emission_moneta: '13000000000', quorum_num: 67 })
    expect(json.genesis_hash).toBe('0db6ffb86aae663194d34cafc15aac068f415f0e271a998a0be34d5a75ad6d3a')
    expect(Object.keys(json.params)).toHaveLength(21)
  })

  const members = ['format', 'network_name', 'proposer_rule', 'cementing_rule', 'params', 'operators', 'genesis_hash']
  it.each(members)('a missing %s is named', (field) => {
    expect(edited((json) => delete json[field])).toThrow(expect.objectContaining({ field, exitCode: 78 }))
  })

  it('an unknown member is named, at every level', () => {
    expect(edited((json) => Object.assign(json, { extra: 1 }))).toThrow(expect.objectContaining({ field: 'extra' }))
    expect(edited((json) => Object.assign(json.params ?? {}, { extra: 1 }))).toThrow(
      expect.objectContaining({ field: 'params.extra' }),
    )
    expect(edited((json) => Object.assign(json.operators?.[1] ?? {}, { extra: 1 }))).toThrow(
      expect.objectContaining({ field: 'operators[1].extra' }),
    )
  })

  it.each([
    ['params.d0', 2_000_000],
    ['params.d0', '02000000'],
    ['params.d0', '-1'],
    ['params.tau2_windows', '9007199254740992'],
    ['params.quorum_num', '67'],
    ['params.quorum_num', 256],
    ['params.target_zero', '00'],
    ['operators.0.bootstrap', 1],
    ['operators.0.label', null],
    ['proposer_rule', 'dictator'],
    ['format', 'montana-genesis/2'],
  ])('%s = %j is refused by name', (path, value) => {
    const run = edited((json) => {
      const parts = path.split('.')
      const last = parts.pop() ?? ''
      const target = parts.reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, json)
      target[last] = value
    })
    expect(run).toThrow(expect.objectContaining({ field: path.replace('.0', '[0]') }))
  })

  it('a wrong genesis hash, and a document changed under its hash, are refused', () => {
    const wrong = expect.objectContaining({ code: 'GENESIS_HASH_MISMATCH', field: 'genesis_hash', exitCode: 78 })
    expect(edited((json) => Object.assign(json, { genesis_hash: '00'.repeat(32) }))).toThrow(wrong)
    expect(edited((json) => Object.assign(json.params ?? {}, { d0: '2000001' }))).toThrow(wrong)
  })

  it('text that is no JSON is a config error, not a syntax error', () => {
    expect(() => parseGenesisJson('{')).toThrow(ConfigError)
    expect(() => parseGenesisJson('[]')).toThrow(ConfigError)
  })
})
