import { IDENTITY_MAGIC, IDENTITY_V1_BYTES, IDENTITY_V2_BYTES } from '@montana/crypto'
import {
  decodeCurrentWindow,
  decodeNodeState,
  decodeTimechainFile,
  encodeCurrentWindow,
  encodeLastCemented,
  encodeNodeState,
  encodeTimechainFile,
  proposalFileName,
} from '@montana/store'
import type { Fields } from '../fields.js'
import type { Area, Value } from '../types.js'

const ZERO = new Uint8Array(32)
const U128_MAX = 2n ** 128n - 1n
/** Version 1 of timechain.bin ends before target and reveal count. */
const TIMECHAIN_V1_BYTES = 56
const VERSION_OFFSET = 4

/** Spec protocol 16.2. */
export const storeArea: Area = {
  name: 'store',
  kinds: [
    {
      title: 'node_state.bin',
      matches: (input) => input.has('phase'),
      backends: ['typescript'],
      run: nodeState,
    },
    {
      title: 'timechain.bin',
      matches: (input) => input.has('t_r', 'd'),
      backends: ['typescript'],
      run: timechain,
    },
    {
      // a window alone is the content of three files; the name says which
      title: 'proposal file name',
      matches: (input, name) => input.has('window') && name.includes('proposal'),
      backends: ['typescript'],
      run: (input) => proposalFileName(input.u64('window')),
    },
    {
      title: 'meta_last_cemented.bin',
      matches: (input, name) => input.has('window') && name.includes('last_cemented'),
      backends: ['typescript'],
      run: (input) => encodeLastCemented(input.u64('window')),
    },
    {
      title: 'current_window.bin',
      matches: (input, name) => input.has('window') && name.includes('current_window'),
      backends: ['typescript'],
      run: (input) => {
        const window = input.u64('window')
        const bytes = encodeCurrentWindow(window)
        const isExact = typeof window === 'number'
        if (isExact && decodeCurrentWindow(bytes) !== window) throw new Error('does not decode')
        return bytes
      },
    },
    {
      title: 'identity.bin',
      matches: (input, name) => input.keys.length === 0 && name.startsWith('identity'),
      backends: ['typescript'],
      run: () => ({ v1: IDENTITY_V1_BYTES, v2: IDENTITY_V2_BYTES, magic: IDENTITY_MAGIC }),
    },
  ],
}

/** Version 1 where the input lacks what version 2 adds. */
function timechain(input: Fields): Value {
  const target = input.nameOf('lottery_target', 'target')
  const count = input.nameOf('tau2_reveal_count', 'reveal_count')
  const file = {
    timechainValue: input.bytes('t_r'),
    d: input.number('d'),
    lastWindow: input.number('last_window'),
    target: target === undefined ? U128_MAX : input.int(target),
    revealCount: count === undefined ? 0 : input.number(count),
  }
  const bytes = encodeTimechainFile(file)
  if (decodeTimechainFile(bytes).target !== file.target) throw new Error('does not decode')
  if (target !== undefined || count !== undefined) return bytes
  const older = bytes.slice(0, TIMECHAIN_V1_BYTES)
  older[VERSION_OFFSET] = 1
  if (decodeTimechainFile(older).lastWindow !== file.lastWindow) throw new Error('version 1 does not decode')
  return older
}

function nodeState(input: Fields): Value {
  const integer = (name: string) => (input.has(name) ? input.number(name) : 0)
  const bytes = encodeNodeState({
    phase: input.number('phase'),
    seed: input.bytesOr('seed', ZERO),
    endpoint: input.bytesOr('endpoint', ZERO),
    progress: integer('progress'),
    target: integer('target'),
    wStart: integer('w_start'),
    registrationWindow: integer('registration_window'),
    noderegHash: input.bytesOr('nodereg_hash', ZERO),
  })
  if (decodeNodeState(bytes).phase !== input.number('phase')) throw new Error('does not decode')
  return bytes
}
