import { ascii, ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { ConfigError, toHex } from '@montana/foundation'
import {
  MAX_GENESIS_OPERATORS,
  MAX_NAME_BYTES,
  PROTOCOL_PARAMS_BYTES,
  PUBLIC_KEY_BYTES,
  SUITE_ML_DSA_65,
} from '../constants.js'
import { decodeProtocolParams, encodeProtocolParams, type ProtocolParams, validateParams } from './params.js'

export const PROPOSER_RULES = ['bootstrap', 'rotation'] as const
export const CEMENTING_RULES = ['evidence', 'vote'] as const
export type ProposerRule = (typeof PROPOSER_RULES)[number]
export type CementingRule = (typeof CEMENTING_RULES)[number]

export interface GenesisOperator {
  /** 1 … 32 characters of `[a-z0-9-]`. */
  readonly label: string
  readonly bootstrap: boolean
  readonly suiteId: number
  /** 1952 bytes. */
  readonly nodePublicKey: Uint8Array
  /** 1952 bytes. */
  readonly accountPublicKey: Uint8Array
}

/** One document defines a network: spec protocol 4.2. */
export interface GenesisDocument {
  readonly networkName: string
  readonly proposerRule: ProposerRule
  readonly cementingRule: CementingRule
  readonly params: ProtocolParams
  /** Operator 0 is the bootstrap operator; empty for a cold start. */
  readonly operators: readonly GenesisOperator[]
}

const MAGIC = ascii('mtgd')
const FORMAT = 1
const NAME = /^[a-z0-9-]{1,32}$/
const HEAD_BYTES = 9

/** The canonical bytes that the genesis hash covers. Throws {@link ConfigError} for an invalid document. */
export function encodeGenesisDocument(document: GenesisDocument): Uint8Array {
  validateGenesisDocument(document)
  const { networkName, operators } = document
  const operatorBytes = operators.map(encodeOperator)
  const size = HEAD_BYTES + networkName.length + PROTOCOL_PARAMS_BYTES + 2
  const writer = new ByteWriter(operatorBytes.reduce((sum, bytes) => sum + bytes.length, size))
    .bytes(MAGIC)
    .u16(FORMAT)
    .u8(PROPOSER_RULES.indexOf(document.proposerRule))
    .u8(CEMENTING_RULES.indexOf(document.cementingRule))
    .u8(networkName.length)
    .bytes(ascii(networkName))
    .bytes(encodeProtocolParams(document.params))
    .u16(operators.length)
  for (const bytes of operatorBytes) writer.bytes(bytes)
  return writer.finish()
}

/** Throws `CodecError` for bytes that are no document and {@link ConfigError} for an invalid one. */
export function decodeGenesisDocument(bytes: Uint8Array): GenesisDocument {
  const reader = new ByteReader(bytes)
  expect('magic', toHex(reader.bytes(MAGIC.length)) === toHex(MAGIC))
  expect('format', reader.u16() === FORMAT)
  const document: GenesisDocument = {
    proposerRule: choose('proposer_rule', PROPOSER_RULES, reader.u8()),
    cementingRule: choose('cementing_rule', CEMENTING_RULES, reader.u8()),
    networkName: readName(reader),
    params: decodeProtocolParams(reader.bytes(PROTOCOL_PARAMS_BYTES)),
    operators: readOperators(reader),
  }
  reader.end()
  validateGenesisDocument(document)
  return document
}

/** The rules of spec protocol 4.2. Throws {@link ConfigError} that names the member. */
export function validateGenesisDocument(document: GenesisDocument): void {
  const { networkName, operators, proposerRule, cementingRule } = document
  check(NAME.test(networkName), 'network_name', networkName, `use 1 … ${MAX_NAME_BYTES} characters of a-z, 0-9, -`)
  const rulesFit = proposerRule !== 'rotation' || cementingRule === 'vote'
  check(rulesFit, 'cementing_rule', cementingRule, 'use "vote": rotation requires it')
  validateParams(document.params)
  const count = operators.length
  check(count <= MAX_GENESIS_OPERATORS, 'operators', count, `use at most ${MAX_GENESIS_OPERATORS} operators`)
  operators.forEach(validateOperator)
  checkUnique(operators, 'label', (operator) => operator.label)
  checkUnique(operators, 'node_pubkey_hex', (operator) => toHex(operator.nodePublicKey))
  checkUnique(operators, 'account_pubkey_hex', (operator) => toHex(operator.accountPublicKey))
}

function validateOperator(operator: GenesisOperator, index: number): void {
  const at = `operators[${index}]`
  check(NAME.test(operator.label), `${at}.label`, operator.label, `use 1 … ${MAX_NAME_BYTES} characters of a-z, 0-9, -`)
  const isFirst = index === 0
  const remedy = 'set it for the first operator and for no other'
  check(operator.bootstrap === isFirst, `${at}.bootstrap`, operator.bootstrap, remedy)
  check(
    operator.suiteId === SUITE_ML_DSA_65,
    `${at}.suite_id`,
    operator.suiteId,
    'use 1 (ML-DSA-65)',
    'UnsupportedSuite',
  )
  const { nodePublicKey, accountPublicKey } = operator
  check(nodePublicKey.length === PUBLIC_KEY_BYTES, `${at}.node_pubkey_hex`, 'of wrong length', 'use 1952 bytes')
  check(accountPublicKey.length === PUBLIC_KEY_BYTES, `${at}.account_pubkey_hex`, 'of wrong length', 'use 1952 bytes')
}

function checkUnique(operators: readonly GenesisOperator[], member: string, of: (o: GenesisOperator) => string): void {
  const seen = new Set<string>()
  operators.forEach((operator, index) => {
    const value = of(operator)
    check(
      !seen.has(value),
      `operators[${index}].${member}`,
      `${value.slice(0, 32)} again`,
      'give each operator its own',
    )
    seen.add(value)
  })
}

function check(holds: boolean, field: string, value: unknown, remedy: string, code = 'GENESIS_INVALID'): void {
  if (!holds) throw new ConfigError(`genesis ${field} is ${value}`, { code, field, remedy })
}

function encodeOperator(operator: GenesisOperator): Uint8Array {
  return new ByteWriter(1 + operator.label.length + 1 + 2 + 2 * PUBLIC_KEY_BYTES)
    .u8(operator.label.length)
    .bytes(ascii(operator.label))
    .u8(operator.bootstrap ? 1 : 0)
    .u16(operator.suiteId)
    .bytes(operator.nodePublicKey)
    .bytes(operator.accountPublicKey)
    .finish()
}

function readOperators(reader: ByteReader): GenesisOperator[] {
  const count = reader.u16()
  expect('operator count', count <= MAX_GENESIS_OPERATORS)
  return Array.from({ length: count }, () => ({
    label: readName(reader),
    bootstrap: reader.bool(),
    suiteId: reader.u16(),
    nodePublicKey: reader.bytes(PUBLIC_KEY_BYTES).slice(),
    accountPublicKey: reader.bytes(PUBLIC_KEY_BYTES).slice(),
  }))
}

function readName(reader: ByteReader): string {
  return Buffer.from(reader.bytes(reader.u8())).toString('latin1')
}

function choose<T>(field: string, choices: readonly T[], index: number): T {
  const choice = choices[index]
  if (choice === undefined) throw new CodecError('BadValue', { field, index })
  return choice
}

function expect(field: string, holds: boolean): void {
  if (!holds) throw new CodecError('BadValue', { field })
}
