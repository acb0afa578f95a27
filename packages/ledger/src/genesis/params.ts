import { ascii, ByteReader, ByteWriter, hashWithDomain, sha256 } from '@montana/codec'
import { ConfigError, fromHex } from '@montana/foundation'
import { MAX_PROTOCOL_PAYLOAD_BYTES, PROTOCOL_PARAMS_BYTES } from '../constants.js'
import { checkSize } from '../records/record-codec.js'

/** Spec protocol 4.1. Windows, counts and D are plain integers; amounts are bigint. */
export interface ProtocolParams {
  /** Steps of a window of epoch 0. */
  readonly d0: number
  readonly tau2Windows: number
  /** u128, nɈ per window. */
  readonly emissionMoneta: bigint
  /** 32 bytes that no rule reads. */
  readonly targetZero: Uint8Array
  readonly quorumNum: number
  readonly quorumDen: number
  /** Percent. */
  readonly deadZoneLow: number
  readonly deadZoneHigh: number
  readonly dRateNum: number
  readonly dRateDen: number
  readonly vdfEntryWindows: number
  readonly selectionInterval: number
  readonly admissionDivisor: number
  readonly candidateExpiryWindows: number
  readonly adaptiveThreshold: number
  readonly adaptiveMultiplier: number
  readonly pruningIdleWindows: number
  readonly maxProtocolPayloadBytes: number
  readonly maxSfCiphertextBytes: number
  readonly genesisContentAppId: Uint8Array
  readonly genesisContentDataHash: Uint8Array
}

export type ParamKind = 'u8' | 'u16' | 'u32' | 'u64' | 'u128' | 'hash' | 'reserved'

export interface ParamField {
  /** `undefined`: eight bytes that must be zero. */
  readonly name: keyof ProtocolParams | undefined
  /** The member in the JSON form: spec protocol 4.2. */
  readonly member: string
  readonly kind: ParamKind
}

/** The one list from which the binary and the JSON form are made, in canonical order. */
export const PARAM_FIELDS: readonly ParamField[] = [
  { name: 'd0', member: 'd0', kind: 'u64' },
  { name: undefined, member: 'reserved', kind: 'reserved' },
  { name: 'tau2Windows', member: 'tau2_windows', kind: 'u64' },
  { name: 'emissionMoneta', member: 'emission_moneta', kind: 'u128' },
  { name: 'targetZero', member: 'target_zero', kind: 'hash' },
  { name: 'quorumNum', member: 'quorum_num', kind: 'u8' },
  { name: 'quorumDen', member: 'quorum_den', kind: 'u8' },
  { name: 'deadZoneLow', member: 'dead_zone_low', kind: 'u16' },
  { name: 'deadZoneHigh', member: 'dead_zone_high', kind: 'u16' },
  { name: 'dRateNum', member: 'd_rate_num', kind: 'u16' },
  { name: 'dRateDen', member: 'd_rate_den', kind: 'u16' },
  { name: 'vdfEntryWindows', member: 'vdf_entry_windows', kind: 'u64' },
  { name: 'selectionInterval', member: 'selection_interval', kind: 'u64' },
  { name: 'admissionDivisor', member: 'admission_divisor', kind: 'u64' },
  { name: 'candidateExpiryWindows', member: 'candidate_expiry_windows', kind: 'u64' },
  { name: 'adaptiveThreshold', member: 'adaptive_threshold', kind: 'u16' },
  { name: 'adaptiveMultiplier', member: 'adaptive_multiplier', kind: 'u16' },
  { name: 'pruningIdleWindows', member: 'pruning_idle_windows', kind: 'u64' },
  { name: 'maxProtocolPayloadBytes', member: 'max_protocol_payload_bytes', kind: 'u32' },
  { name: 'maxSfCiphertextBytes', member: 'max_sf_ciphertext_bytes', kind: 'u32' },
  { name: 'genesisContentAppId', member: 'genesis_content_app_id', kind: 'hash' },
  { name: 'genesisContentDataHash', member: 'genesis_content_data_hash', kind: 'hash' },
]

const TARGET_ZERO = fromHex('3130b7d85f4a41b9fbd3ece470c88a294cec37d7013f0e1bdcd3f45bf9527cbe') ?? new Uint8Array(32)

/** The parameters of the production network: spec protocol 4.1. */
export const productionParams: ProtocolParams = {
  d0: 325_000_000,
  tau2Windows: 20_160,
  emissionMoneta: 13_000_000_000n,
  targetZero: TARGET_ZERO,
  quorumNum: 67,
  quorumDen: 100,
  deadZoneLow: 85,
  deadZoneHigh: 95,
  dRateNum: 3,
  dRateDen: 100,
  vdfEntryWindows: 20_160,
  selectionInterval: 336,
  admissionDivisor: 130,
  candidateExpiryWindows: 60_480,
  adaptiveThreshold: 1,
  adaptiveMultiplier: 100,
  pruningIdleWindows: 80_640,
  maxProtocolPayloadBytes: MAX_PROTOCOL_PAYLOAD_BYTES,
  maxSfCiphertextBytes: 65_536,
  genesisContentAppId: hashWithDomain('mt-app', ascii('montana')),
  genesisContentDataHash: sha256(ascii('montana-genesis-content-2026-06-11-mainnet')),
}

/** The parameters of the local devnet: spec protocol 4.1, 4.5. */
export const devnetParams: ProtocolParams = {
  ...productionParams,
  d0: 2_000_000,
  tau2Windows: 7_200,
  vdfEntryWindows: 6,
  selectionInterval: 12,
  candidateExpiryWindows: 21_600,
  pruningIdleWindows: 28_800,
}

/** 198 bytes. Throws RangeError for a value that does not fit its field; {@link validateParams} judges the rest. */
export function encodeProtocolParams(params: ProtocolParams): Uint8Array {
  const writer = new ByteWriter(PROTOCOL_PARAMS_BYTES)
  for (const { name, kind } of PARAM_FIELDS) {
    const value = name === undefined ? 0 : params[name]
    if (value instanceof Uint8Array) writer.bytes(value, 32)
    else writeInteger(writer, kind, value)
  }
  return writer.finish()
}

/** Throws `CodecError` for anything but 198 bytes with the reserved field zero, and {@link ConfigError} for invalid values. */
export function decodeProtocolParams(bytes: Uint8Array): ProtocolParams {
  checkSize(bytes, PROTOCOL_PARAMS_BYTES)
  const reader = new ByteReader(bytes)
  const values: Record<string, unknown> = {}
  for (const { name, member, kind } of PARAM_FIELDS) {
    const value = readField(reader, kind)
    if (name !== undefined) values[name] = value
    else if (value !== 0) throw invalid(member, value, 'set the reserved bytes to zero')
  }
  const params = values as unknown as ProtocolParams
  validateParams(params)
  return params
}

/** The rules of spec protocol 4.1. Throws {@link ConfigError} that names the member. */
export function validateParams(params: ProtocolParams): void {
  const p = params
  check(p.d0 >= 1 && p.d0 < 2 ** 32, 'd0', p.d0, 'use 1 … 4294967295 steps')
  check(p.tau2Windows >= 1, 'tau2_windows', p.tau2Windows, 'use at least 1')
  check(p.selectionInterval >= 1, 'selection_interval', p.selectionInterval, 'use at least 1')
  check(p.admissionDivisor >= 1, 'admission_divisor', p.admissionDivisor, 'use at least 1')
  check(p.candidateExpiryWindows >= 1, 'candidate_expiry_windows', p.candidateExpiryWindows, 'use at least 1')
  check(p.quorumDen >= 1, 'quorum_den', p.quorumDen, 'use at least 1')
  const quorumIsSound = p.quorumNum <= p.quorumDen && 3 * p.quorumNum > 2 * p.quorumDen
  check(quorumIsSound, 'quorum_num', p.quorumNum, 'use more than two thirds of quorum_den and at most all of it')
  check(p.deadZoneHigh <= 100, 'dead_zone_high', p.deadZoneHigh, 'use at most 100')
  check(p.deadZoneLow < p.deadZoneHigh, 'dead_zone_low', p.deadZoneLow, 'use less than dead_zone_high')
  check(p.dRateDen >= 1, 'd_rate_den', p.dRateDen, 'use at least 1')
  check(p.dRateNum < p.dRateDen, 'd_rate_num', p.dRateNum, 'use less than d_rate_den')
  const payload = p.maxProtocolPayloadBytes
  check(payload === MAX_PROTOCOL_PAYLOAD_BYTES, 'max_protocol_payload_bytes', payload, 'use 1048576')
}

function check(holds: boolean, member: string, value: unknown, remedy: string): void {
  if (!holds) throw invalid(member, value, remedy)
}

function invalid(member: string, value: unknown, remedy: string): ConfigError {
  const field = `params.${member}`
  return new ConfigError(`genesis ${field} is ${value}`, { code: 'GENESIS_INVALID', field, remedy })
}

function writeInteger(writer: ByteWriter, kind: ParamKind, value: number | bigint): void {
  if (kind === 'u128') writer.u128(BigInt(value))
  else if (kind === 'u64' || kind === 'reserved') writer.u64(value)
  else if (kind === 'u32') writer.u32(Number(value))
  else if (kind === 'u16') writer.u16(Number(value))
  else writer.u8(Number(value))
}

function readField(reader: ByteReader, kind: ParamKind): unknown {
  switch (kind) {
    case 'u128':
      return reader.u128()
    case 'u32':
      return reader.u32()
    case 'u16':
      return reader.u16()
    case 'u8':
      return reader.u8()
    case 'hash':
      return reader.bytes(32).slice()
    default:
      return reader.u64AsNumber()
  }
}
