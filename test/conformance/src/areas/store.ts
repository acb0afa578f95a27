import { IDENTITY_MAGIC, IDENTITY_V1_BYTES, IDENTITY_V2_BYTES } from '@montana/crypto'
import type { Fields } from '../fields.js'
import {
  currentWindowFile,
  lastCementedFile,
  nodeStateFile,
  proposalFileName,
  timechainFile,
  U128_MAX,
} from '../reference/files.js'
import type { Area, Value } from '../types.js'

const ZERO = new Uint8Array(32)

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
      run: (input) => proposalFileName(input.int('window')),
    },
    {
      title: 'meta_last_cemented.bin',
      matches: (input, name) => input.has('window') && name.includes('last_cemented'),
      backends: ['typescript'],
      run: (input) => lastCementedFile(input.int('window')),
    },
    {
      title: 'current_window.bin',
      matches: (input, name) => input.has('window') && name.includes('current_window'),
      backends: ['typescript'],
      run: (input) => currentWindowFile(input.int('window')),
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
    d: input.int('d'),
    lastWindow: input.int('last_window'),
    target: target === undefined ? U128_MAX : input.int(target),
    revealCount: count === undefined ? 0n : input.int(count),
  }
  return timechainFile(file, target === undefined && count === undefined ? 1 : 2)
}

function nodeState(input: Fields): Value {
  const int = (name: string) => (input.has(name) ? input.int(name) : 0n)
  return nodeStateFile({
    phase: input.number('phase'),
    seed: input.bytesOr('seed', ZERO),
    endpoint: input.bytesOr('endpoint', ZERO),
    progress: int('progress'),
    target: int('target'),
    wStart: int('w_start'),
    registrationWindow: int('registration_window'),
    registrationHash: input.bytesOr('nodereg_hash', ZERO),
  })
}
