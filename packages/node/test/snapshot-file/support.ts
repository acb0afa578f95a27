import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import { openStore, type TableName } from '@montana/store'
import { pathsOf } from '../../../../test/synthetic/src/files.js'
import { generate } from '../../../../test/synthetic/src/generate.js'
import { loadGenesis } from '../../src/genesis-file.js'
import { createSnapshotFile } from '../../src/snapshot-file/create.js'

/** Two sections of accounts. */
const ACCOUNTS = 600
export const WINDOW = 5

export interface SnapshotCase {
  readonly root: string
  /** A data directory at the window of the file. */
  readonly state: string
  readonly genesis: GenesisDocument
  readonly genesisPath: string
  readonly file: string
  readonly proposalHash: Uint8Array
  path(name: string): string
  close(): void
}

export const options = { signal: new AbortController().signal, notice: () => {} }

export async function makeSnapshotCase(accounts = ACCOUNTS, seed = '1', window = WINDOW): Promise<SnapshotCase> {
  const root = mkdtempSync(join(tmpdir(), 'montana-snapshot-'))
  const out = join(root, 'network')
  const facts = await generate({ accounts, seed, window, after: 0, out })
  const { state, genesis: genesisPath } = pathsOf(out)
  const file = join(root, 'state.snap')
  await createSnapshotFile({ ...options, dataDir: state, file, window: undefined, force: false })
  return {
    ...{ root, state, genesisPath, file },
    genesis: await loadGenesis(genesisPath),
    proposalHash: new Uint8Array(Buffer.from(facts.proposalHash, 'hex')),
    path: (name) => join(root, name),
    close: () => rmSync(root, { recursive: true, force: true }),
  }
}

export interface RawSection {
  readonly type: number
  readonly payload: Uint8Array
}

const PREAMBLE = 8
const TAG = 12
const OVERHEAD = TAG + 32
const END = 6
const START = Buffer.from('mtsnap\u0001\0', 'latin1')

/** A second reading of the format, by hand. */
export function sectionsOf(path: string): RawSection[] {
  const bytes = readFileSync(path)
  const sections: RawSection[] = []
  for (let at = PREAMBLE; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8)
    sections.push({ type: bytes.readUInt8(at), payload: bytes.subarray(at + OVERHEAD, at + OVERHEAD + length) })
    at += OVERHEAD + length
  }
  return sections
}

/** Where each section begins, and the end of the file. */
export function offsetsOf(path: string): number[] {
  const offsets = [PREAMBLE]
  for (const { payload } of sectionsOf(path)) offsets.push((offsets.at(-1) ?? 0) + OVERHEAD + payload.length)
  return offsets
}

/** A file of these sections in which every checksum is right, as a forger would write it. */
export function sealed(sections: readonly RawSection[], counts?: readonly [number, number, number]): Uint8Array {
  const whole = createHash('sha256').update(START)
  const parts: Uint8Array[] = [START]
  sections.forEach(({ type, payload }, index) => {
    const body = type === END ? endPayload(payload, index, whole.copy().digest(), counts) : payload
    const tag = Buffer.alloc(TAG)
    tag.writeUInt8(type, 0)
    tag.writeUInt32LE(index, 4)
    tag.writeUInt32LE(body.length, 8)
    const digest = createHash('sha256').update(tag).update(body).digest()
    whole.update(tag).update(digest)
    parts.push(tag, digest, body)
  })
  return concatBytes(...parts)
}

function endPayload(old: Uint8Array, sections: number, digest: Uint8Array, counts?: readonly [number, number, number]) {
  const payload = Buffer.from(old)
  payload.writeUInt32LE(sections, 0)
  for (const [index, count] of (counts ?? []).entries()) payload.writeUInt32LE(count, 4 + 4 * index)
  payload.set(digest, 16)
  return payload
}

/** Everything of a store that a snapshot carries. */
export function contentOf(dataDir: string) {
  const store = openStore({ dir: dataDir, mode: 'read' })
  try {
    const head = store.head()
    const digestOf = (table: TableName) => {
      const digest = createHash('sha256')
      for (const record of store.tableRecords(table)) digest.update(record)
      return digest.digest('hex')
    }
    return {
      head: head && Object.fromEntries(Object.entries(head).map(([k, v]) => [k, typeof v === 'number' ? v : toHex(v)])),
      envelope: toHex(store.windowAt(head?.window ?? 0)?.envelope ?? new Uint8Array()),
      certificate: toHex(store.certificates.get(head?.window ?? 0) ?? new Uint8Array()),
      context: toHex(store.context() ?? new Uint8Array()),
      tables: [digestOf('account'), digestOf('node'), digestOf('candidate')],
    }
  } finally {
    store.close()
  }
}
