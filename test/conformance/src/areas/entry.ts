import { sha256 } from '@montana/codec'
import { bytesEqual, concatBytes } from '@montana/foundation'
import {
  candidateExpiry,
  decodeNodeRegistration,
  productionParams,
  registrationHash,
  registrationScope,
  registrationSortKey,
  requiredVdf,
  selectionSlots,
  selectionSortKey,
} from '@montana/ledger'
import { candidateSeed } from '@montana/timechain'
import type { Fields } from '../fields.js'
import type { Area, Value } from '../types.js'

const SIGNATURE_BYTES = 3309

/** Spec protocol 12. */
export const entryArea: Area = {
  name: 'entry',
  kinds: [
    {
      title: 'registration layout',
      matches: (input) => input.has('node_pubkey', 'operator_account_id'),
      backends: ['typescript'],
      run: registration,
    },
    {
      title: 'batch sort key',
      matches: (input) => clockName(input) !== undefined && input.has('node_pubkey'),
      backends: ['typescript'],
      run: (input) => registrationSortKey(clock(input), aggregate(input), input.bytes('node_pubkey')),
    },
    {
      // the seed and the selection key have the same input; only the name tells them apart
      title: 'candidate seed',
      matches: (input, name) => clockName(input) !== undefined && input.has('node_id') && /seed|init/i.test(name),
      backends: ['typescript'],
      run: (input) => candidateSeed(clock(input), aggregate(input), input.bytes('node_id')),
    },
    {
      title: 'selection sort key',
      matches: (input) => clockName(input) !== undefined && input.has('node_id'),
      backends: ['typescript'],
      run: (input) => selectionSortKey(clock(input), aggregate(input), input.bytes('node_id')),
    },
    {
      title: 'required work',
      matches: (input) => input.has('pending'),
      backends: ['typescript'],
      run: (input) => requiredVdf(input.number('pending'), active(input), entryWindows(input)),
    },
    {
      title: 'selection slots',
      matches: (input) => activeName(input) !== undefined,
      backends: ['typescript'],
      run: (input) => selectionSlots(active(input), divisor(input)),
    },
    {
      title: 'expiry',
      matches: (input) => input.has('registration_window'),
      backends: ['typescript'],
      run: (input) => candidateExpiry(input.number('registration_window'), expiryWindows(input)),
    },
  ],
}

function registration(input: Fields): Value {
  const scope = registrationScope({
    suiteId: input.has('suite_id') ? input.number('suite_id') : 1,
    nodePublicKey: input.bytes('node_pubkey'),
    operatorAccountId: input.bytes('operator_account_id'),
    proofEndpoint: input.bytes('proof_endpoint'),
    wStart: input.int('w_start'),
    vdfChainLength: input.int(input.nameOf('vdf_chain_length', 'ssha_chain_length') ?? 'vdf_chain_length'),
  })
  const bytes = concatBytes(scope, input.bytesOr('signature', new Uint8Array(SIGNATURE_BYTES)))
  if (!bytesEqual(registrationScope(decodeNodeRegistration(bytes)), scope)) throw new Error('does not decode to itself')
  const hash = registrationHash(bytes)
  return {
    value: hash,
    total_len: bytes.length,
    signed_scope_len: scope.length,
    signed_scope: scope,
    signed_scope_sha256: sha256(scope),
    nodereg_hash: hash,
    encoding: bytes,
    encoding_sha256: sha256(bytes),
  }
}

function clockName(input: Fields): string | undefined {
  return input.nameOf('t_r', 'timechain_value')
}

function clock(input: Fields): Uint8Array {
  return input.bytes(clockName(input) ?? 't_r')
}

function aggregate(input: Fields): Uint8Array {
  return input.bytes(input.nameOf('cba', 'cba_w_minus_2') ?? 'cba')
}

function activeName(input: Fields): string | undefined {
  return input.nameOf('active_nodes', 'active')
}

function active(input: Fields): number {
  return input.number(activeName(input) ?? 'active')
}

/** Where a case leaves a parameter out, that of production is meant. */
function paramOf(input: Fields, names: readonly string[], missing: number): number {
  const name = input.nameOf(...names)
  return name === undefined ? missing : input.u64(name)
}

function entryWindows(input: Fields): number {
  return paramOf(input, ['base', 'vdf_entry_windows'], productionParams.vdfEntryWindows)
}

function divisor(input: Fields): number {
  return paramOf(input, ['divisor', 'admission_divisor'], productionParams.admissionDivisor)
}

function expiryWindows(input: Fields): number {
  const names = ['expiry_windows', 'candidate_expiry_windows', 'expiry']
  return paramOf(input, names, productionParams.candidateExpiryWindows)
}
