import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { AbortError, isAbort, syncDirectory } from '@montana/foundation'
import { z } from 'zod'
import { extractTar } from '../archive/tar-reader.js'
import { RefusalError } from '../errors.js'
import { runProgram } from '../services/run.js'
import {
  BundleError,
  type Member,
  partsOf,
  type ReleaseDescription,
  type VerifiedBundle,
} from '../verifier/verifier.js'
import { type Layout, releaseName } from './layout.js'

/**
 * Unpacks a verified bundle to `releases/<version>-<id12>`, which appears complete or not at all, beside the running one.
 * One that is there already is left as it is. Returns its name.
 */
export async function stageRelease(layout: Layout, bundle: VerifiedBundle, signal: AbortSignal): Promise<string> {
  const name = releaseName(bundle.release)
  const folder = join(layout.releases, name)
  if (existsSync(folder)) return name
  const staging = join(layout.releases, `.staging-${name}`)
  await rm(staging, { recursive: true, force: true })
  await makePublic(layout.releases)
  await mkdir(staging, { mode: 0o700 })
  try {
    await fill(staging, bundle, signal)
    // Durable before its name is: one call instead of one for each of some thousand files. What is not booted need not be.
    if (layout.root === '/') await runProgram('sync', ['-f', staging], signal)
    await rename(staging, folder)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    throw isAbort(error) || !signal.aborted ? error : new AbortError(signal.reason)
  }
  await syncDirectory(layout.releases)
  return name
}

/** Folders that everybody may read, whatever the umask of who installs. */
async function makePublic(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o755 })
  for (let made = folder; first !== undefined && made.startsWith(first); made = dirname(made)) await chmod(made, 0o755)
}

async function fill(staging: string, { members }: VerifiedBundle, signal: AbortSignal): Promise<void> {
  for (const name of ['app.tar.gz', 'runtime.tar.gz']) await unpack(memberOf(members, name), name, staging, signal)
  for (const name of ['RELEASE.json', 'sbom.spdx.json']) await copy(memberOf(members, name), name, staging)
  await chmod(staging, 0o755)
}

async function unpack(member: Member, name: string, staging: string, signal: AbortSignal): Promise<void> {
  await pipeline(provenParts(member, name), createGunzip(), (chunks) => extractTar(chunks, staging), { signal })
}

async function copy(member: Member, name: string, staging: string): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of provenParts(member, name)) parts.push(part)
  await writeFile(join(staging, name), Buffer.concat(parts), { flag: 'wx', mode: 0o644 })
}

/** Proven once more on the way: somebody may have swapped the file since it was verified. */
async function* provenParts(member: Member, name: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const part of partsOf(member)) {
    hash.update(part)
    yield part
  }
  if (hash.digest('hex') !== member.sha256) throw new BundleError(`${name} was changed while it was read`)
}

function memberOf(members: ReadonlyMap<string, Member>, name: string): Member {
  const member = members.get(name)
  if (member) return member
  throw new BundleError(`${name} is missing`)
}

const descriptionForm = z.looseObject({
  schema: z.literal('montana.release/1'),
  version: z.string(),
  revision: z.string(),
  arch: z.string(),
  built_from_epoch: z.number(),
  store_schema: z.int(),
  protocol: z.object({ min: z.int(), max: z.int() }),
  node: z.string(),
  app_sha256: z.string(),
  runtime_sha256: z.string(),
})

/** What an installed release says of itself. Throws {@link RefusalError} where it is not there or not complete. */
export async function readRelease({ releases }: Layout, name: string): Promise<ReleaseDescription> {
  const text = await readFile(join(releases, name, 'RELEASE.json'), 'utf8').catch(() => '{}')
  const parsed = descriptionForm.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const remedy = 'install it again from its bundle'
  throw new RefusalError('RELEASE_MISSING', `release ${name} is not installed`, { field: 'release', remedy })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
