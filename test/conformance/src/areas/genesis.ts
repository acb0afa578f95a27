import { ascii, type HashDomain, hashWithDomain, sha256 } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import {
  decodeProtocolParams,
  emptyState,
  encodeProtocolParams,
  genesisStateHash,
  type ProtocolParams,
  productionParams,
  stateRoots,
} from '@montana/ledger'
import { type Fields, UnknownShape } from '../fields.js'
import type { Area, Value } from '../types.js'

/** Spec protocol 4. Vectors name what differs from the production parameters. */
export const genesisArea: Area = {
  name: 'genesis',
  kinds: [
    {
      title: 'content hash',
      matches: (input) => input.has('ascii'),
      backends: ['typescript'],
      run: (input) => sha256(ascii(input.text('ascii'))),
    },
    {
      title: 'application id',
      matches: (input) => input.has('domain', 'parts'),
      backends: ['typescript'],
      run: (input) =>
        hashWithDomain(input.text('domain') as HashDomain, ...input.list('parts').map((part) => ascii(String(part)))),
    },
    {
      title: 'empty state root',
      matches: (input) => input.has('roots'),
      backends: ['typescript'],
      run: () => stateRoots(emptyState()).stateRoot,
    },
    {
      title: 'd0 in the parameters',
      matches: (input, name) => input.has('d0') && name.includes('first8'),
      backends: ['typescript'],
      run: (input) => encodeProtocolParams(paramsOf(input)).slice(0, 8),
    },
    {
      title: 'genesis_state_hash',
      matches: (input, name) => name.includes('state_hash') && (input.has('params') || isOverride(input)),
      backends: ['typescript'],
      run: (input) => genesisStateHash({ operators: [], params: paramsOf(input) }),
    },
    {
      title: 'parameter encoding',
      matches: (input) => input.has('params') || isOverride(input),
      backends: ['typescript'],
      run: (input) => encoding(paramsOf(input)),
    },
    {
      title: 'target_zero',
      matches: (input, name) => input.keys.length === 0 && name.startsWith('target_zero'),
      backends: ['typescript'],
      run: () => productionParams.targetZero,
    },
    {
      title: 'production parameter encoding',
      matches: (input, name) => input.keys.length === 0 && name.startsWith('params'),
      backends: ['typescript'],
      run: () => encoding(productionParams),
    },
  ],
}

/** `devnet (1/1)`: entry windows and selection interval; everything else as in production. */
function namedParams(text: string): ProtocolParams {
  const [, entry, selection] = /\((\d+)\/(\d+)\)/.exec(text) ?? []
  if (entry !== undefined && selection !== undefined) {
    return { ...productionParams, vdfEntryWindows: Number(entry), selectionInterval: Number(selection) }
  }
  if (text.startsWith('production')) return productionParams
  throw new UnknownShape(`no parameters '${text}'`)
}

/** The parameter that an input member sets: its name in the genesis document, with the older spelling of `vdf`. */
function overrideOf(key: string): keyof ProtocolParams | undefined {
  const name = key.replace(/^ssha_/, 'vdf_').replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return name in productionParams ? (name as keyof ProtocolParams) : undefined
}

function isOverride(input: Fields): boolean {
  return input.keys.some((key) => overrideOf(key) !== undefined)
}

function paramsOf(input: Fields): ProtocolParams {
  if (input.has('params')) return namedParams(input.text('params'))
  const overrides = input.keys.flatMap((key) => {
    const name = overrideOf(key)
    return name === undefined ? [] : [[name, parameterOf(input, key, name)] as const]
  })
  return { ...productionParams, ...Object.fromEntries(overrides) }
}

function encoding(params: ProtocolParams): Value {
  const bytes = encodeProtocolParams(params)
  if (!bytesEqual(encodeProtocolParams(decodeProtocolParams(bytes)), bytes))
    throw new Error('does not decode to itself')
  return { value: bytes, len: bytes.length, hex: bytes, sha256: sha256(bytes) }
}

function parameterOf(input: Fields, key: string, name: keyof ProtocolParams): Uint8Array | bigint | number {
  const like = productionParams[name]
  if (like instanceof Uint8Array) return input.bytes(key)
  return typeof like === 'bigint' ? input.int(key) : input.number(key)
}
