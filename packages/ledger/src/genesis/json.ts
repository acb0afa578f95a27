import { bytesEqual, ConfigError, toHex } from '@montana/foundation'
import {
  CEMENTING_RULES,
  type GenesisDocument,
  type GenesisOperator,
  PROPOSER_RULES,
  validateGenesisDocument,
} from './document.js'
import { JsonMembers } from './json-members.js'
import { PARAM_FIELDS, type ParamField, type ProtocolParams } from './params.js'
import { genesisHash } from './state.js'

export const GENESIS_JSON_FORMAT = 'montana-genesis/1'

const NAMED_FIELDS = PARAM_FIELDS.filter((field) => field.name !== undefined)

/** The JSON form of spec protocol 4.2, with its hash, two spaces deep and a newline at the end. */
export function formatGenesisJson(document: GenesisDocument): string {
  const json = {
    format: GENESIS_JSON_FORMAT,
    network_name: document.networkName,
    proposer_rule: document.proposerRule,
    cementing_rule: document.cementingRule,
    params: Object.fromEntries(NAMED_FIELDS.map((field) => [field.member, formatParam(document.params, field)])),
    operators: document.operators.map(formatOperator),
    genesis_hash: toHex(genesisHash(document)),
  }
  return `${JSON.stringify(json, null, 2)}\n`
}

/**
 * Reads the JSON form and recomputes its hash. Throws {@link ConfigError} with the member at fault for bad JSON, a
 * missing, unknown or malformed member, an invalid document, and a `genesis_hash` that is not the computed one.
 */
export function parseGenesisJson(text: string): GenesisDocument {
  const members = JsonMembers.of(parseJson(text), '')
  members.constant('format', GENESIS_JSON_FORMAT)
  const document: GenesisDocument = {
    networkName: members.string('network_name'),
    proposerRule: members.choice('proposer_rule', PROPOSER_RULES),
    cementingRule: members.choice('cementing_rule', CEMENTING_RULES),
    params: parseParams(members.object('params')),
    operators: members.objects('operators').map(parseOperator),
  }
  const claimed = members.hex('genesis_hash', 32)
  members.end()
  validateGenesisDocument(document)
  checkHash(document, claimed)
  return document
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const remedy = 'give a genesis document in its JSON form'
    throw new ConfigError('the genesis document is not JSON', {
      code: 'GENESIS_INVALID',
      field: 'genesis',
      remedy,
      cause,
    })
  }
}

function checkHash(document: GenesisDocument, claimed: Uint8Array): void {
  const computed = genesisHash(document)
  if (bytesEqual(computed, claimed)) return
  throw new ConfigError(`genesis_hash is ${toHex(claimed)}, the document hashes to ${toHex(computed)}`, {
    code: 'GENESIS_HASH_MISMATCH',
    field: 'genesis_hash',
    remedy: 'fetch the document again from its publisher',
  })
}

function formatParam(params: ProtocolParams, { name, kind }: ParamField): unknown {
  const value = name === undefined ? 0 : params[name]
  if (value instanceof Uint8Array) return toHex(value)
  return kind === 'u64' || kind === 'u128' ? String(value) : value
}

function parseParams(members: JsonMembers): ProtocolParams {
  const values = Object.fromEntries(NAMED_FIELDS.map((field) => [field.name, parseParam(members, field)]))
  members.end()
  return values as unknown as ProtocolParams
}

function parseParam(members: JsonMembers, { member, kind }: ParamField): unknown {
  if (kind === 'hash') return members.hex(member, 32)
  if (kind === 'u128') return members.decimal(member, 2n ** 128n - 1n)
  if (kind === 'u64') return Number(members.decimal(member, BigInt(Number.MAX_SAFE_INTEGER)))
  return members.integer(member, 2 ** Number(kind.slice(1)) - 1)
}

function formatOperator(operator: GenesisOperator): Record<string, unknown> {
  return {
    label: operator.label,
    bootstrap: operator.bootstrap,
    suite_id: operator.suiteId,
    node_pubkey_hex: toHex(operator.nodePublicKey),
    account_pubkey_hex: toHex(operator.accountPublicKey),
  }
}

function parseOperator(members: JsonMembers): GenesisOperator {
  const operator: GenesisOperator = {
    label: members.string('label'),
    bootstrap: members.boolean('bootstrap'),
    suiteId: members.integer('suite_id', 0xffff),
    nodePublicKey: members.hex('node_pubkey_hex', 1952),
    accountPublicKey: members.hex('account_pubkey_hex', 1952),
  }
  members.end()
  return operator
}
