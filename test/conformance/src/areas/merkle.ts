import { ascii } from '@montana/codec'
import { compareBytes } from '@montana/foundation'
import { emptyHash, proveEntries, smtRoot, verifyInclusionProof } from '@montana/ledger'
import { hasherOf } from '../backends.js'
import { type Fields, toBytes, UnknownShape } from '../fields.js'
import type { Area, Backend, RunContext, Value } from '../types.js'

const BOTH: readonly Backend[] = ['native', 'typescript']

/** Spec protocol 5.2. */
export const merkleArea: Area = {
  name: 'merkle',
  kinds: [
    {
      title: 'empty subtree',
      matches: (input) => input.has('level'),
      backends: BOTH,
      run: (input, context) => emptySubtree(input.number('level'), context),
    },
    {
      title: 'leaf hash',
      matches: (input) => recordName(input) !== undefined,
      backends: BOTH,
      run: (input, context) => hasherOf(context).leaf(recordOf(input)),
    },
    {
      title: 'node hash',
      matches: (input) => input.has('left', 'right'),
      backends: BOTH,
      run: (input, context) => hasherOf(context).node(input.bytes('left'), input.bytes('right')),
    },
    {
      title: 'proof',
      matches: (input) => input.has('entries', 'key'),
      backends: BOTH,
      run: proof,
    },
    {
      title: 'root',
      matches: (input) => input.has('entries'),
      backends: BOTH,
      run: (input, context) => smtRoot(entriesOf(input), hasherOf(context)),
    },
    {
      title: 'proof check',
      matches: (input) => input.has('root') && input.nameOf('proof', 'proof_encoding') !== undefined,
      backends: BOTH,
      run: (input, context) => {
        const bytes = input.bytes(input.nameOf('proof', 'proof_encoding') ?? '')
        return verifyInclusionProof(input.bytes('root'), bytes, hasherOf(context)) !== undefined
      },
    },
  ],
}

/** empty(k+1) = node(empty(k), empty(k)) on the backend of the case, and equal to the ledger's own table. */
function emptySubtree(level: number, context: RunContext): Value {
  const hasher = hasherOf(context)
  let hash: Uint8Array = new Uint8Array(32)
  for (let i = 0; i < level; i++) hash = hasher.node(hash, hash)
  if (compareBytes(hash, emptyHash(level)) !== 0) throw new Error('the table of empty subtrees disagrees')
  return hash
}

function recordName(input: Fields): string | undefined {
  return input.nameOf('record_ascii', 'record_hex', 'record')
}

function recordOf(input: Fields): Uint8Array {
  const name = recordName(input) ?? ''
  return name === 'record_ascii' ? ascii(input.text(name)) : input.bytes(name)
}

export function entriesOf(input: Fields): Array<readonly [Uint8Array, Uint8Array]> {
  return input.list('entries').map((entry) => {
    if (!Array.isArray(entry) || entry.length !== 2) throw new UnknownShape('an entry is no [key, value]')
    return [toBytes(entry[0]), toBytes(entry[1])]
  })
}

function proof(input: Fields, context: RunContext): Value {
  const hasher = hasherOf(context)
  const [entries, key] = [entriesOf(input), input.bytes('key')]
  const root = smtRoot(entries, hasher)
  const encoding = proveEntries(entries, key, hasher)
  const proven = verifyInclusionProof(root, encoding, hasher)
  if (proven === undefined) throw new Error('the own proof does not verify')
  return {
    value: encoding,
    root,
    proof: encoding,
    proof_encoding: encoding,
    proof_len: encoding.length,
    included: proven.record !== undefined,
    verifies: true,
    valid: true,
  }
}
