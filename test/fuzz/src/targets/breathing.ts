import { isDeepStrictEqual } from 'node:util'
import { BreathError, loadBreathFile } from '@montana/breathing'
import { ConfigError } from '@montana/foundation'
import { isSyncPath } from '../../../../packages/breathing/dist/guard/paths.js'
import { checkFileSecrets } from '../../../../packages/breathing/dist/guard/secrets.js'
import { decodeRegisters, decodeState } from '../../../../packages/breathing/dist/merge/decode.js'
import { encodeRegisters, encodeState } from '../../../../packages/breathing/dist/merge/encode.js'
import { canonicalText, decodeText, type Json, parseJson } from '../../../../packages/breathing/dist/merge/json.js'
import { mergeStates } from '../../../../packages/breathing/dist/merge/merge.js'
import { project } from '../../../../packages/breathing/dist/merge/registers.js'
import { makeStamp } from '../../../../packages/breathing/dist/merge/stamp.js'
import { EMPTY_STATE } from '../../../../packages/breathing/dist/merge/state.js'
import { applyChanges, changesOf } from '../../../../packages/breathing/dist/merge/write.js'
import { chunkSchema, wantSchema } from '../../../../packages/breathing/dist/peers/wire.js'
import { COMMIT, DIGEST } from '../samples/failover.js'
import { bytesTarget, fileTarget, textTarget } from './readers.js'
import { Breach, type Target, YAML_MAX_MS } from './target.js'

const errors = [BreathError]
const DEPTH = 2
const PATH = 'data/users.json'

/** Files that hosts merge, with their stamps: another host wrote them, and it may be a hostile one. */
export function breathingTargets(): readonly Target[] {
  return [json(), registers(), state(), ...guards(), ...wire(), config()]
}

function json(): Target {
  const samples = ['{"b":[1,{"c":null}],"a":"\\u00e9"}\n', '{"__proto__":{"x":1},"n":1e21}']
  const read = (bytes: Uint8Array) => parseJson(decodeText(bytes, PATH), PATH)
  const holds = (value: Json) => {
    const text = canonicalText(value)
    const again = parseJson(text, PATH)
    return isDeepStrictEqual(again, value) && canonicalText(again) === text ? undefined : 'its text is another value'
  }
  return bytesTarget({ name: 'failover/breath-json', errors, samples, holds }, read, 'json')
}

/** The state of a file after two writes of two hosts. */
function written() {
  const write = (before: typeof EMPTY_STATE, value: Json, ms: number, node: string) => {
    const stamp = makeStamp(ms, 0, node)
    const known = before.files.get(PATH) ?? new Map()
    return applyChanges(before, PATH, changesOf(project(known), value, known, DEPTH), stamp)
  }
  const first = write(EMPTY_STATE, { u: { name: 'x', age: 3 }, v: 1 }, 1_000_000, 'moscow')
  return write(first, { u: { name: 'y' }, w: [1, 2] }, 2_000_000, 'spb')
}

/** `[text of the file, text of its stamps]`. */
function registers(): Target {
  const known = written().files.get(PATH)
  const { text, stamps } = known ? encodeRegisters(known, DEPTH) : { text: '', stamps: '' }
  return bytesTarget(
    { name: 'failover/breath-registers', errors, samples: [[JSON.parse(text), JSON.parse(stamps)]] },
    (bytes) => {
      const parts = partsOf(bytes)
      if (!parts) return undefined
      const read = decodeRegisters(PATH, parts[0], parts[1], DEPTH)
      const again = encodeRegisters(read, DEPTH)
      const twice = decodeRegisters(PATH, again.text, again.stamps, DEPTH)
      if (!isDeepStrictEqual(new Map([...twice].sort()), new Map([...read].sort()))) {
        throw new Breach('no-round-trip', 'what is written of the registers is read as others')
      }
      return read
    },
    'json',
  )
}

function partsOf(bytes: Uint8Array): [string, string] | undefined {
  try {
    const [file, stamps] = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return [JSON.stringify(file) ?? '', JSON.stringify(stamps) ?? '']
  } catch {
    return undefined
  }
}

/** Every file of a tree by path; merging with one's own state, and with itself, must be possible. */
function state(): Target {
  const own = written()
  const tree = Object.fromEntries([...encodeState(own, DEPTH)].map(([path, text]) => [path, JSON.parse(text)]))
  return bytesTarget(
    { name: 'failover/breath-state', errors, samples: [tree], maxBytes: 4096 },
    (bytes) => {
      const files = treeOf(bytes)
      if (!files) return undefined
      const read = decodeState(files, [PATH], DEPTH)
      const merged = encodeState(mergeStates(own, read).state, DEPTH)
      const other = encodeState(mergeStates(read, own).state, DEPTH)
      if (!isDeepStrictEqual(new Map([...merged].sort()), new Map([...other].sort()))) {
        throw new Breach('property', 'a merge depends on its order')
      }
      return read
    },
    'json',
  )
}

function treeOf(bytes: Uint8Array): Map<string, string> | undefined {
  try {
    const tree = JSON.parse(Buffer.from(bytes).toString('utf8')) as object
    return new Map(Object.entries(tree).map(([path, value]) => [path, JSON.stringify(value)]))
  } catch {
    return undefined
  }
}

function guards(): readonly Target[] {
  const secrets = ['{"token":"x","u":"https://a:b@c","k":"ghp_0123456789012345678901234567890123456"}', '{"a":"0"}']
  return [
    bytesTarget(
      { name: 'failover/breath-secrets', errors, samples: secrets },
      (bytes) => {
        checkFileSecrets(PATH, parseJson(decodeText(bytes, PATH), PATH), new Set())
        return true
      },
      'json',
    ),
    textTarget(
      { name: 'failover/sync-path', maxBytes: 512, samples: ['data/users.json', 'a/.git/b'], holds: staysInside },
      (text) => {
        return isSyncPath(text) ? text : undefined
      },
    ),
  ]
}

const staysInside = (path: string): string | undefined => {
  return path.split('/').some((part) => part === '..' || part.toLowerCase() === '.git') ? 'leads elsewhere' : undefined
}

function wire(): readonly Target[] {
  const samples = [
    { head: COMMIT, total: 3, digest: DIGEST, data: 'AQID' },
    { have: null, offset: 5 },
  ]
  return [
    bytesTarget(
      { name: 'failover/breath-wire', samples },
      (bytes) => {
        const value: unknown = safeJson(bytes)
        return chunkSchema.safeParse(value).data ?? wantSchema.safeParse(value).data
      },
      'json',
    ),
  ]
}

function safeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

const BREATHE_YAML = `breathing:
  repo: .
  remote: origin
  node: moscow
  syncPaths: [data/users.json]
  intervalSeconds: 2
  identityDir: ./identity
  registry: ./registry.json
`

function config(): Target {
  const reader = { name: 'failover/breathe-yaml', maxMs: YAML_MAX_MS, errors: [ConfigError], samples: [BREATHE_YAML] }
  return fileTarget(reader, (path) => loadBreathFile(path), 'text')
}
