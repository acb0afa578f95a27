// Proves a release bundle before anything of it is unpacked or run. This file becomes one text without imports of ours: the
// onboarding script carries it and runs it on the runtime that sha256sum has proven. Spec operations 9.2.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { constants, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Member, ReleaseDescription, TarEntry, VerifiedBundle } from './types.js'

export type { Member, ReleaseDescription, TarEntry, VerifiedBundle } from './types.js'

export const SUMS = 'SHA256SUMS'
export const SIGNATURE = 'SHA256SUMS.sig'
export const DESCRIPTION = 'RELEASE.json'
const MIB = 1_048_576

/** Every member of a bundle, in its order, and the most bytes that it may have: checked before anything is allocated. */
export const MEMBERS: Readonly<Record<string, number>> = {
  [DESCRIPTION]: 16_384,
  [SUMS]: 4_096,
  [SIGNATURE]: 3_309,
  'app.tar.gz': 512 * MIB,
  'runtime.tar.gz': 512 * MIB,
  'sbom.spdx.json': 32 * MIB,
}
const SUMMED = Object.keys(MEMBERS).filter((name) => name !== SUMS && name !== SIGNATURE)
export const PUBLIC_KEY_BYTES = 1_952
/** DER in front of the raw bytes of an ML-DSA-65 public key. */
const SPKI_PREFIX = Buffer.from('308207b2300b0609608648016503040312038207a100', 'hex')
const DOMAIN = Buffer.from('mt-release-bundle\0')
const BLOCK = 512
const MEMBER_MODE = 0o644
const READ_BYTES = MIB
const REFUSED = 78

/** The bundle is not what the holder of the release key made; `message` names the fault. */
export class BundleError extends Error {
  readonly code = 'BUNDLE_REFUSED'
  constructor(message: string) {
    super(message)
    this.name = 'BundleError'
  }
}

function refuseIf(isWrong: boolean, fault: string): void {
  if (isWrong) throw new BundleError(fault)
}

type Placed = Omit<Member, 'sha256'>

/** Bytes that the release key signs. */
export function signedMessage(sums: Uint8Array): Uint8Array {
  return Buffer.concat([DOMAIN, sums])
}

/**
 * Checks the archive, or the folder of its members, at `path`. `publicKey` is raw, 1952 bytes. Writes nothing; throws
 * {@link BundleError}.
 */
export async function verifyBundle(path: string, publicKey: Uint8Array): Promise<VerifiedBundle> {
  const key = importKey(publicKey)
  const isFolder = stat(path).isDirectory()
  const placed = isFolder ? placedInFolder(path) : await placedInArchive(path)
  requireNames([...placed.keys()])
  const sums = await small(placed, SUMS)
  refuseIf(
    !verify(null, signedMessage(sums), key, await small(placed, SIGNATURE)),
    `${SIGNATURE} is not the signature of the release key over ${SUMS}`,
  )
  const expected = parseSums(sums.toString('latin1'))
  const members = new Map<string, Member>()
  for (const [name, place] of placed) members.set(name, await proven(name, place, expected.get(name)))
  const description = await small(placed, DESCRIPTION)
  const isSigned = createHash('sha256').update(description).digest('hex') === expected.get(DESCRIPTION)
  refuseIf(!isSigned, `${DESCRIPTION} was changed while it was read`)
  const release = parseDescription(description, expected)
  if (!isFolder) await requireCanonical(path, placed, release.built_from_epoch)
  return { stage: 'verified', release, members }
}

function importKey(raw: Uint8Array): KeyObject {
  if (raw.length !== PUBLIC_KEY_BYTES) throw new BundleError(`the release key has ${raw.length} bytes, not 1952`)
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
}

function stat(path: string) {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) throw new BundleError(`${path} does not exist`)
  if (found.isSymbolicLink()) throw new BundleError(`${path} is a link`)
  return found
}

function placedInFolder(folder: string): Map<string, Placed> {
  const names = readdirSync(folder).sort()
  requireNames(names)
  const placed = (name: string): Placed => {
    const file = join(folder, name)
    refuseIf(!stat(file).isFile(), `${name} is not a regular file`)
    return { file, offset: 0, size: checkedSize(name, stat(file).size) }
  }
  return new Map(names.map((name) => [name, placed(name)]))
}

function requireNames(names: readonly string[]): void {
  for (const name of names)
    if (!Object.hasOwn(MEMBERS, name)) throw new BundleError(`${shown(name)} is no member of a bundle`)
  for (const name of Object.keys(MEMBERS)) if (!names.includes(name)) throw new BundleError(`${name} is missing`)
}

function checkedSize(name: string, size: number): number {
  const most = MEMBERS[name] ?? 0
  if (size > most) throw new BundleError(`${shown(name)} has ${size} bytes, more than ${most}`)
  return size
}

/** Headers alone are read here; that they are canonical, and the rest zero, is checked once the signature stands. */
async function placedInArchive(file: string): Promise<Map<string, Placed>> {
  await using archive = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  const { size: total } = await archive.stat()
  const placed = new Map<string, Placed>()
  let at = 0
  for (let header = await readAt(archive, at, BLOCK); !isZero(header); header = await readAt(archive, at, BLOCK)) {
    const { name, size } = parseHeader(header)
    if (placed.has(name)) throw new BundleError(`${name} stands twice in the archive`)
    placed.set(name, { file, offset: at + BLOCK, size: checkedSize(name, size) })
    at += BLOCK + padded(size)
  }
  if (at + 2 * BLOCK !== total) throw new BundleError(`the archive does not end after its last member`)
  return placed
}

function parseHeader(header: Buffer): { name: string; size: number } {
  const name = header.subarray(0, 100).toString('latin1').replace(/\0.*$/s, '')
  const type = String.fromCharCode(header[156] ?? 0)
  const sizeText = header.subarray(124, 136).toString('latin1')
  if (!Object.hasOwn(MEMBERS, name)) throw new BundleError(`${shown(name)} is no member of a bundle`)
  if (type !== '0') throw new BundleError(`${name} is not a regular file`)
  if (!/^[0-7]{11}\0$/.test(sizeText)) throw new BundleError(`${name} has no size`)
  return { name, size: Number.parseInt(sizeText, 8) }
}

function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>()
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const [, sha256 = '', name = ''] = /^([0-9a-f]{64}) {2}([A-Za-z0-9.]+)$/.exec(line) ?? []
    if (!SUMMED.includes(name)) throw new BundleError(`${SUMS} has a line that is none of a bundle's: ${shown(line)}`)
    if (sums.has(name)) throw new BundleError(`${SUMS} names ${name} twice`)
    sums.set(name, sha256)
  }
  for (const name of SUMMED) if (!sums.has(name)) throw new BundleError(`${SUMS} does not name ${name}`)
  return sums
}

async function proven(name: string, place: Placed, expected: string | undefined): Promise<Member> {
  const hash = createHash('sha256')
  for await (const part of partsOf(place)) hash.update(part)
  const sha256 = hash.digest('hex')
  if (expected !== undefined && sha256 !== expected) throw new BundleError(`${name} is not the file that was signed`)
  return { ...place, sha256 }
}

function parseDescription(bytes: Buffer, sums: ReadonlyMap<string, string>): ReleaseDescription {
  const release = JSON.parse(bytes.toString('utf8')) as ReleaseDescription
  refuseIf(release.schema !== 'montana.release/1', `${DESCRIPTION} is of ${shown(String(release.schema))}`)
  refuseIf(
    release.app_sha256 !== sums.get('app.tar.gz') || release.runtime_sha256 !== sums.get('runtime.tar.gz'),
    `${DESCRIPTION} describes other archives`,
  )
  if (!/^[0-9A-Za-z.+-]{1,64}$/.test(release.version)) throw new BundleError(`${DESCRIPTION} has no version`)
  refuseIf(
    release.arch !== process.arch,
    `the bundle is for ${shown(String(release.arch))}, this host is ${process.arch}`,
  )
  return release
}

/** No byte of the archive is left that nobody vouches for: headers and fill are what its writer makes of the members. */
async function requireCanonical(file: string, placed: ReadonlyMap<string, Placed>, mtime: number): Promise<void> {
  await using archive = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
  for (const [name, { offset, size }] of placed) {
    const header = await readAt(archive, offset - BLOCK, BLOCK)
    const fill = await readAt(archive, offset + size, padded(size) - size)
    const isOurs = header.equals(tarHeader({ name, size, mode: MEMBER_MODE, mtime })) && isZero(fill)
    if (!isOurs) throw new BundleError(`the archive was changed around ${name}`)
  }
  const { size: total } = await archive.stat()
  refuseIf(!isZero(await readAt(archive, total - 2 * BLOCK, 2 * BLOCK)), 'the archive was changed at its end')
}

async function small(placed: ReadonlyMap<string, Placed>, name: string): Promise<Buffer> {
  const place = placed.get(name)
  if (!place) throw new BundleError(`${name} is missing`)
  const parts: Buffer[] = []
  for await (const part of partsOf(place)) parts.push(part)
  return Buffer.concat(parts)
}

/** The bytes of a member in order. */
export async function* partsOf(place: Placed): AsyncGenerator<Buffer> {
  await using handle = await open(place.file, constants.O_RDONLY | constants.O_NOFOLLOW)
  for (let done = 0; done < place.size; done += READ_BYTES) {
    yield await readAt(handle, place.offset + done, Math.min(READ_BYTES, place.size - done))
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) throw new BundleError('the archive is cut off')
    filled += bytesRead
  }
  return buffer
}

const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK
const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)
/** What a stranger wrote, fit for one line of a terminal. */
const shown = (text: string) => JSON.stringify(text.slice(0, 80)).replace(/[^\x20-\x7e]/g, '?')

/** One header of the POSIX ustar format, owned by 0:0. Throws RangeError for a name that it cannot hold. */
export function tarHeader({ name, mode, size, mtime, type = '0', link = '' }: TarEntry): Buffer {
  const [prefix, rest] = splitName(name)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  const numbers = `${octal(mode, 7)}${octal(0, 7)}${octal(0, 7)}${octal(size, 11)}${octal(mtime, 11)}`
  const header = Buffer.alloc(BLOCK)
  header.write(rest, 0, 'latin1')
  header.write(`${numbers}${' '.repeat(8)}${type}${link}`, 100, 'latin1')
  header.write('ustar\u000000', 257, 'latin1')
  header.write(prefix, 345, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

function splitName(name: string): [prefix: string, rest: string] {
  if (/[^\x20-\x7e]/.test(name)) throw new RangeError(`${shown(name)} is not plain ASCII`)
  if (name.length <= 100) return ['', name]
  const at = name.indexOf('/', name.length - 101)
  if (at === -1 || at > 155) throw new RangeError(`${name} is too long for the archive`)
  return [name.slice(0, at), name.slice(at + 1)]
}

/** Writes what was proven into an empty folder, and proves it once more on the way: the file may be swapped meanwhile. */
async function extract({ members }: VerifiedBundle, folder: string): Promise<void> {
  if (readdirSync(folder).length > 0) throw new BundleError(`${folder} is not empty`)
  for (const [name, member] of members) {
    await using file = await open(join(folder, name), 'wx', MEMBER_MODE)
    const hash = createHash('sha256')
    for await (const part of partsOf(member)) {
      hash.update(part)
      await file.writeFile(part)
    }
    if (hash.digest('hex') !== member.sha256) throw new BundleError(`${name} was changed while it was read`)
  }
}

/** `verifier BUNDLE KEY_HEX_FILE [EMPTY_FOLDER]`: 0, or 78 with one line that names the fault. */
async function main([path, keyFile, folder]: readonly string[]): Promise<number> {
  try {
    if (!path || !keyFile) throw new BundleError('usage: verifier BUNDLE KEY_HEX_FILE [EMPTY_FOLDER]')
    const bundle = await verifyBundle(path, Buffer.from(readFileSync(keyFile, 'latin1').trim(), 'hex'))
    if (folder) await extract(bundle, folder)
    const { version, revision, app_sha256: id } = bundle.release
    process.stdout.write(`montana ${version} (${revision.slice(0, 12)}), ${id.slice(0, 12)}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`error: bundle refused: ${error instanceof Error ? error.message : String(error)}\n`)
    return REFUSED
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
