import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deriveIdentity } from '@montana/crypto'
import { IDENTITY_FILE, loadIdentity } from '../../src/identity-file.js'

/** What write-files.mjs had told: the number of the last identity and of the last snapshot. */
export interface Told {
  readonly identity: number
  readonly snapshot: number
}

export const NOTHING: Told = { identity: 0, snapshot: 0 }

/** After one more line of it. */
export function toldAfter(told: Told, line: string): Told {
  const [what = '', number] = line.trim().split(' ')
  return what === 'identity' || what === 'snapshot' ? { ...told, [what]: Number(number) } : told
}

/** What is wrong with the files of a folder; undefined where all that was told is there, and nothing is half. */
export async function faultOf(files: ReadonlyMap<string, Uint8Array>, told: Told): Promise<string | undefined> {
  return (await identityFault(files, told.identity)) ?? snapshotFault(files.get('state.snapshot'), told.snapshot)
}

/** While it is replaced the identity has the name of a backup; each of the two is whole, whenever it has its name. */
async function identityFault(files: ReadonlyMap<string, Uint8Array>, told: number): Promise<string | undefined> {
  const names = [...files.keys()].filter((name) => name === IDENTITY_FILE || name.endsWith('.bak'))
  const found = await Promise.all(names.map(async (name) => [name, await peerIn(files.get(name))] as const))
  const half = found.find(([, peer]) => peer === undefined)
  if (half !== undefined) return `${half[0]} cannot be read`
  const wanted = told === 0 ? undefined : await peerOf(told)
  if (wanted !== undefined && !found.some(([, peer]) => peer === wanted)) return `identity ${told} is lost`
  const current = found.find(([name]) => name === IDENTITY_FILE)?.[1]
  const allowed = [undefined, wanted, await peerOf(told + 1)]
  return allowed.includes(current) ? undefined : `identity.bin is older than identity ${told}`
}

/** Reading an identity checks each of its keys: equal bytes are read once. */
const known = new Map<string, Promise<string | undefined>>()

function peerIn(bytes: Uint8Array = new Uint8Array()): Promise<string | undefined> {
  const digest = createHash('sha256').update(bytes).digest('hex')
  const peer = known.get(digest) ?? readPeer(bytes)
  known.set(digest, peer)
  return peer
}

async function readPeer(bytes: Uint8Array): Promise<string | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'montana-identity-'))
  try {
    writeFileSync(join(dir, IDENTITY_FILE), bytes, { mode: 0o600 })
    return (await loadIdentity(dir)).peerId
  } catch {
    return undefined
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const made = new Map<number, Promise<string>>()

function peerOf(n: number): Promise<string> {
  const seed = new Uint8Array(createHash('sha256').update(`identity ${n}`).digest())
  const peer = made.get(n) ?? deriveIdentity(seed).then(({ peerId }) => peerId)
  made.set(n, peer)
  return peer
}

/** Every ten bytes of it name its number. */
function snapshotFault(bytes: Uint8Array | undefined, told: number): string | undefined {
  if (bytes === undefined) return told === 0 ? undefined : `snapshot ${told} is lost`
  const numbers = new Set(Buffer.from(bytes).toString().match(/.{10}/gs)?.map(Number))
  const [number] = numbers
  const isWhole = numbers.size === 1 && bytes.length === 200_000
  return isWhole && (number === told || number === told + 1) ? undefined : `the snapshot is not that of ${told}`
}

export function filesIn(dir: string): Map<string, Uint8Array> {
  return new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))
}
