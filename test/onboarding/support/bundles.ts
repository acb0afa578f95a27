import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { ReleaseDescription } from '@montana/release'
import { type Content, tarOf, withFolders } from '../../../packages/release/dist/archive/tar-writer.js'
import { pack, sha256 } from '../../../packages/release/dist/build/bundle.js'
import { readReleaseKey } from '../../../packages/release/dist/build/key.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const BUILD = join(ROOT, 'packages/release/dist/build/main.js')
const KEY = join(ROOT, '.montana/release/development.key')
const FAST = { level: 1 }

/** The release of this checkout as `npm run release:bundle` makes it: its tar, and the script beside it. */
export function buildRelease(folder: string): { readonly bundle: string; readonly script: string } {
  const { status, stderr } = spawnSync(process.execPath, [BUILD, '--out', folder], { encoding: 'utf8', cwd: ROOT })
  if (status !== 0) throw new Error(stderr)
  const name = readdirSync(folder).find((one) => one.endsWith('.tar')) ?? ''
  return { bundle: join(folder, name), script: join(folder, 'onboard.sh') }
}

/** The same release under another version, its product changed by `change` in an unpacked copy; signed by the same key. */
export function changedRelease(from: string, version: string, folder: string, change: (app: string) => void): string {
  const member = (name: string) => must('tar', ['-xOf', from, name])
  const unpacked = join(folder, version)
  mkdirSync(unpacked)
  must('tar', ['-xf', '-', '-C', unpacked], gunzipSync(member('app.tar.gz')))
  change(join(unpacked, 'app'))
  const before = JSON.parse(member('RELEASE.json').toString()) as ReleaseDescription
  const app = gzipSync(tarOf(withFolders(contentsOf(unpacked)), before.built_from_epoch), FAST)
  const runtime = member('runtime.tar.gz')
  const release = { ...before, version, app_sha256: sha256(app) }
  const bundle = join(folder, `montana-${version}-linux-${process.arch}.tar`)
  writeFileSync(bundle, pack(release, { app, runtime }, member('sbom.spdx.json').toString(), readReleaseKey(KEY)))
  rmSync(unpacked, { recursive: true })
  return bundle
}

/** As the build writes it: an installation takes no other form. */
function contentsOf(root: string, folder = ''): Content[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry): Content[] => {
    const name = join(folder, entry.name)
    const path = join(root, name)
    if (entry.isDirectory()) return contentsOf(root, name)
    if (entry.isSymbolicLink()) return [{ name, mode: 0o755, type: '2', link: readlinkSync(path) }]
    return [{ name, mode: statSync(path).mode & 0o111 ? 0o755 : 0o644, data: readFileSync(path) }]
  })
}

function must(command: string, args: readonly string[], input?: Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { ...(input && { input }), maxBuffer: 1 << 30 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** A product that cannot start, although it is signed. */
export const breakStart = (app: string) =>
  appendFileSync(join(app, 'packages/cli/dist/commands/start.js'), '\nthrow 1\n')
/** A product that differs in nothing that matters. */
export const changeNothing = (app: string) => cpSync(join(app, 'README.md'), join(app, 'CHANGES.md'))
