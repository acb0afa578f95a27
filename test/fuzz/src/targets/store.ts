import { dirname } from 'node:path'
import { ByteReader, CodecError, u32le } from '@montana/codec'
import { voteScope } from '@montana/consensus'
import { ConfigError, concatBytes } from '@montana/foundation'
import { decodeSnapshotManifestResponse } from '@montana/network'
import * as store from '@montana/store'
import { StoreError } from '@montana/store'
import { decodeAnchor, SyncError } from '@montana/sync'
import { decodeLock, lockEntry } from '../../../../packages/consensus/dist/engine/vote/lock-record.js'
import { resolveOptions } from '../../../../packages/node/dist/config/resolve.js'
import { START_OPTIONS } from '../../../../packages/node/dist/config/start-options.js'
import { parseDrillMessage } from '../../../../packages/node/dist/drill/message.js'
import { ReadError } from '../../../../packages/node/dist/read/errors.js'
import * as query from '../../../../packages/node/dist/read/query.js'
import { readRunFile } from '../../../../packages/node/dist/run-file.js'
import { encodeHeadNote, readHeadNote } from '../../../../packages/store/dist/head-note.js'
import { anchorParts } from '../samples/anchor.js'
import { SIGNATURE, VOTE } from '../samples/consensus.js'
import { inFile } from '../samples/files.js'
import { ADDRESS } from '../samples/identity.js'
import { bytesOf } from '../samples/ledger.js'
import { codecTarget } from './codec-target.js'
import { asyncTarget, bytesTarget, textTarget } from './readers.js'
import { snapshotTargets } from './snapshot.js'
import { storeRows } from './store-rows.js'
import { COUNTED_ALLOWANCE, type Target, YAML_MAX_MS } from './target.js'

/** What a node finds on its disk and in its configuration, what it joins by, and what its page asks it. */
export function targets(): readonly Target[] {
  return [...files(), ...journal(), anchor(), ...snapshotTargets(), storeRows(), ...configs(), ...questions()]
}

function files(): readonly Target[] {
  const errors = [StoreError]
  const timechain = { timechainValue: bytesOf(32, 1), d: 2_000_000, lastWindow: 7, target: 5n, revealCount: 3 }
  const state = { phase: 1, seed: bytesOf(32, 1), endpoint: bytesOf(32, 2), noderegHash: bytesOf(32, 3) }
  const node = { ...state, progress: 4, target: 5, wStart: 6, registrationWindow: 7 }
  return [
    codecTarget({
      ...{ name: 'store/last-cemented', errors, decode: store.decodeLastCemented, encode: store.encodeLastCemented },
      seeds: () => [store.encodeLastCemented(7)],
    }),
    codecTarget({
      ...{ name: 'store/current-window', errors, isCanonical: false },
      ...{ decode: store.decodeCurrentWindow, encode: store.encodeCurrentWindow },
      seeds: () => [store.encodeCurrentWindow(7), bytesOf(8, 0)],
    }),
    codecTarget({
      ...{ name: 'store/timechain', errors, isCanonical: false },
      ...{ decode: store.decodeTimechainFile, encode: store.encodeTimechainFile },
      seeds: () => [store.encodeTimechainFile(timechain)],
    }),
    codecTarget({
      ...{ name: 'store/node-state', errors, decode: store.decodeNodeState, encode: store.encodeNodeState },
      seeds: () => [store.encodeNodeState(node)],
    }),
    bytesTarget(
      { name: 'store/head-note', form: 'bytes', samples: [encodeHeadNote({ sequence: 9, window: 7 })] },
      (bytes) => {
        const note = readHeadNote(dirname(inFile('head/store.head', bytes)))
        return typeof note === 'string' ? undefined : note
      },
    ),
    asyncTarget(
      { name: 'store/run-file', samples: [{ pid: 7, instance: 'i', statusUrl: 'http://127.0.0.1:8446' }] },
      (bytes) => {
        return readRunFile(dirname(inFile('run/run.json', bytes)))
      },
    ),
  ]
}

function journal(): readonly Target[] {
  const vote = concatBytes(voteScope(VOTE), SIGNATURE)
  const lock = { lockedRound: 1, lockedValue: '01'.repeat(32), validRound: 1, validValue: '01'.repeat(32) }
  return [
    codecTarget({
      name: 'store/lock',
      allocates: COUNTED_ALLOWANCE,
      maxBytes: 16 * 1024,
      decode: decodeLock,
      seeds: () => [lockEntry(7, lock, bytesOf(20, 1), [vote]).bytes, lockEntry(7, lock, bytesOf(20, 1), []).bytes],
    }),
  ]
}

/** The parts travel apart; here they stand behind their lengths. */
function anchor(): Target {
  const decode = (bytes: Uint8Array) => {
    const reader = new ByteReader(bytes)
    const [manifest, envelope, certificate] = [part(reader), part(reader), part(reader)]
    reader.end()
    return decodeAnchor({ manifest: decodeSnapshotManifestResponse(manifest, { window: 0 }), envelope, certificate })
  }
  const parts = () => Object.values(anchorParts()).flatMap((bytes) => [u32le(bytes.length), bytes])
  return codecTarget({
    ...{ name: 'store/anchor', errors: [SyncError, CodecError], maxBytes: 32 * 1024, decode },
    seeds: () => [concatBytes(...parts())],
  })
}

const part = (reader: ByteReader): Uint8Array => reader.bytes(reader.u32())

const NODE_YAML = `dataDir: /var/lib/montana
listen: /ip4/0.0.0.0/tcp/8444
label: moscow
minWindowMs: 1000
checkpoint: 7:${'0'.repeat(64)}
statusListen: 127.0.0.1:8446
transportSecurity: [hybrid, pq]
metricsFiles: [a, b]
`

function configs(): readonly Target[] {
  const errors = [ConfigError]
  return [
    asyncTarget(
      { name: 'store/node-yaml', maxMs: YAML_MAX_MS, errors, form: 'text', samples: [NODE_YAML] },
      async (bytes) => {
        const file = inFile('node.yaml', bytes)
        return resolveOptions(START_OPTIONS, { flags: {}, environment: {}, file })
      },
    ),
    asyncTarget({ name: 'store/node-flags', errors, samples: [FLAGS] }, async (bytes) => {
      const flags = flagsOf(bytes)
      return flags && resolveOptions(START_OPTIONS, { flags, environment: flags, file: undefined })
    }),
    asyncTarget(
      { name: 'store/drill-message', samples: [{ type: 'drill', cut: ['Qm'], clockOffsetMs: 5, lies: true }] },
      async (bytes) => {
        return parseDrillMessage(jsonOf(bytes))
      },
    ),
  ]
}

/** Every setting of a node has a parser of its own; flags and environment are texts. */
const FLAGS = {
  ...{ checkpoint: `7:${'0'.repeat(64)}`, statusListen: '127.0.0.1:8446', listen: '/ip4/127.0.0.1/tcp/1' },
  ...{
    verify: 'full',
    snapshotInterval: '100',
    snapshotGap: 'auto',
    sync: 'auto',
    keepWindows: '300',
    logLevel: 'info',
  },
  ...{
    transportSecurity: 'hybrid,pq',
    transportRequireHybrid: 'true',
    minWindowMs: '1',
    clockFloorMs: '0',
    solo: 'true',
  },
}

function flagsOf(bytes: Uint8Array): Record<string, string> | undefined {
  const value = jsonOf(bytes)
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

/** What anybody may ask the status endpoint. */
function questions(): readonly Target[] {
  const errors = [ReadError]
  const allowed = ['limit', 'cursor', 'window', 'id']
  const cursor = query.cursorOf('w', 7)
  const samples = [
    `limit=20&cursor=${cursor}`,
    `cursor=${query.cursorOf('n', '0'.repeat(64))}`,
    `window=7&id=${'a'.repeat(64)}`,
  ]
  return [
    textTarget({ name: 'store/query', errors, maxBytes: 1024, samples }, (text) => {
      const asked = new URLSearchParams(text)
      query.checkQuery(asked, allowed)
      const place = query.windowPlace(asked)
      return { place, limit: query.limitOf(asked, 20), node: query.placeOf(new URLSearchParams(text), 'w') }
    }),
    textTarget(
      { name: 'store/account-id', errors, maxBytes: 256, samples: ['a'.repeat(64), ADDRESS] },
      query.accountOf,
    ),
  ]
}
