import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipped, tarOf } from '../archive/tar-writer.js'
import { DESCRIPTION, type ReleaseDescription, SIGNATURE, SUMS } from '../verifier/verifier.js'
import { appContents, runtimeContents } from './app-tree.js'
import { cratesOf, parseCargoLock } from './cargo-lock.js'
import type { ReleaseKey } from './key.js'
import { closureOf, type LockedPackage, readLock, requireInstalled } from './lockfile.js'
import { sbomText } from './sbom.js'
import { readSources, type Sources } from './sources.js'

const COMMAND = 'packages/cli'
const MEMBER_MODE = 0o644

export interface Bundle {
  /** `montana-<version>-linux-<arch>.tar` */
  readonly name: string
  readonly bytes: Buffer
  readonly release: ReleaseDescription
  /** Of the unpacked product and runtime, bytes. */
  readonly unpackedBytes: number
}

/** Built from the checkout at `root` alone: the same sources, key and runtime give the same bytes. */
export async function buildBundle(root: string, arch: string, key: ReleaseKey): Promise<Bundle> {
  const sources = await readSources(root)
  const platform = `linux-${arch}`
  const lock = readLock(join(root, 'package-lock.json'))
  const packages = closureOf(lock, COMMAND)
  requireInstalled(root, packages)
  const app = tarOf(appContents({ root, packages, platform }), sources.builtFromEpoch)
  const runtime = tarOf(runtimeContents(root, platform), sources.builtFromEpoch)
  const node = lock[`node_modules/node-${platform}`]?.version ?? ''
  const archives = { app: gzipped(app), runtime: gzipped(runtime) }
  const release = describe(sources, arch, node, archives)
  const sbom = sbomOf(root, sources, packages, release)
  const name = `montana-${sources.version}-${platform}.tar`
  return { name, bytes: pack(release, archives, sbom, key), release, unpackedBytes: app.length + runtime.length }
}

interface Archives {
  readonly app: Buffer
  readonly runtime: Buffer
}

function describe(sources: Sources, arch: string, node: string, { app, runtime }: Archives): ReleaseDescription {
  const { version, revision, builtFromEpoch, storeSchema, protocol } = sources
  return {
    schema: 'montana.release/1',
    ...{ version, revision, arch, built_from_epoch: builtFromEpoch, store_schema: storeSchema, protocol, node },
    ...{ app_sha256: sha256(app), runtime_sha256: sha256(runtime) },
  }
}

function sbomOf(
  root: string,
  sources: Sources,
  packages: readonly LockedPackage[],
  release: ReleaseDescription,
): string {
  const read = (name: string) => readFileSync(join(root, 'native', name), 'utf8')
  const { version, revision, builtFromEpoch } = sources
  return sbomText({
    ...{ version, revision, builtFromEpoch, packages },
    crates: cratesOf(parseCargoLock(read('Cargo.lock')), read('Cargo.toml')),
    runtime: { version: release.node, sha256: release.runtime_sha256 },
    appSha256: release.app_sha256,
  })
}

/** The members with their sums and the signature over them, in one archive. */
export function pack(release: ReleaseDescription, { app, runtime }: Archives, sbom: string, key: ReleaseKey): Buffer {
  const summed: Readonly<Record<string, Buffer>> = {
    [DESCRIPTION]: Buffer.from(`${JSON.stringify(release, null, 2)}\n`),
    'app.tar.gz': app,
    'runtime.tar.gz': runtime,
    'sbom.spdx.json': Buffer.from(sbom),
  }
  const sums = Buffer.from(
    Object.entries(summed)
      .map(([name, data]) => `${sha256(data)}  ${name}\n`)
      .join(''),
  )
  const members = { ...summed, [SUMS]: sums, [SIGNATURE]: Buffer.from(key.sign(sums)) }
  const contents = Object.entries(members).map(([name, data]) => ({ name, data, mode: MEMBER_MODE }))
  return tarOf(
    contents.sort((a, b) => (a.name < b.name ? -1 : 1)),
    release.built_from_epoch,
  )
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
