import { writeFileSync } from 'node:fs'
import { type Content, gzipped, tarOf, withFolders } from '../../src/archive/tar-writer.js'
import { pack, sha256 } from '../../src/build/bundle.js'
import { type ReleaseKey, releaseKeyOf } from '../../src/build/key.js'
import type { ReleaseDescription } from '../../src/index.js'

export const KEY: ReleaseKey = releaseKeyOf(new Uint8Array(32).fill(7))
export const OTHER_KEY: ReleaseKey = releaseKeyOf(new Uint8Array(32).fill(8))
/** 2026-11-26 00:00 UTC */
const EPOCH = 1_795_651_200

export interface Release {
  readonly app: readonly Content[]
  readonly runtime?: readonly Content[]
  readonly description?: Partial<ReleaseDescription>
}

export const file = (name: string, text: string, mode = 0o644): Content => ({ name, mode, data: Buffer.from(text) })

/** A signed bundle of these contents, as the build packs them. */
export function bundleOf({ app, runtime = [], description = {} }: Release, key = KEY): Buffer {
  const archives = {
    app: gzipped(tarOf(withFolders(app), EPOCH)),
    runtime: gzipped(tarOf(withFolders(runtime), EPOCH)),
  }
  const release: ReleaseDescription = {
    schema: 'montana.release/1',
    ...{ version: '1.0.0', revision: '0'.repeat(40), arch: process.arch, built_from_epoch: EPOCH },
    ...{ store_schema: 3, protocol: { min: 1, max: 1 }, node: process.versions.node },
    ...description,
    ...{ app_sha256: sha256(archives.app), runtime_sha256: sha256(archives.runtime) },
  }
  return pack(release, archives, '{}\n', key)
}

export function writeKey(path: string, key = KEY): string {
  writeFileSync(path, `${Buffer.from(key.publicKey).toString('hex')}\n`)
  return path
}
