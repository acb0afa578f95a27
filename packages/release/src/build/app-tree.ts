import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path/posix'
import { type Content, withFolders } from '../archive/tar-writer.js'
import { RefusalError } from '../errors.js'
import { isKeptBeside, isKeptOfOthers, isKeptOfOurs } from './keep.js'
import type { LockedPackage } from './lockfile.js'

export interface AppInput {
  /** The checkout, compiled and with its dependencies installed. */
  readonly root: string
  readonly packages: readonly LockedPackage[]
  /** Such as `linux-x64`. */
  readonly platform: string
}

const EXECUTABLE = 0o755
const PLAIN = 0o644
/** Where our packages have their sources. */
const SOURCES = ['src', 'ts']
const BESIDE = ['README.md', 'LICENSE', 'docs', 'deploy']

/** Finds its own release through any link; the entry of the command gives a node the flags of its heap. */
const LAUNCHER = `#!/bin/sh
release=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$release/runtime/bin/node" "$release/app/packages/cli/bin/montana.mjs" "$@"
`

/** What app.tar.gz holds: the compiled product with its production dependencies, and the launcher. */
export function appContents({ root, packages, platform }: AppInput): Content[] {
  const launcher: Content = { name: 'bin/montana', mode: EXECUTABLE, data: Buffer.from(LAUNCHER) }
  const beside = BESIDE.flatMap((name) => filesBelow(root, name)).filter(isKeptBeside)
  const files = [...packages.flatMap((one) => filesOf(root, one, platform)), ...beside]
  const contents = files.map((path) => fileContent(join(root, path), `app/${path}`))
  requireAddon(files, platform)
  return withFolders([launcher, ...contents, ...packages.filter(({ isOurs }) => isOurs).map(linkTo)])
}

/** What runtime.tar.gz holds; of the runtime's package only the program and its terms. */
export function runtimeContents(root: string, platform: string): Content[] {
  const folder = join(root, 'node_modules', `node-${platform}`)
  return withFolders(['bin/node', 'LICENSE'].map((name) => fileContent(join(folder, name), `runtime/${name}`)))
}

function filesOf(root: string, { path, isOurs }: LockedPackage, platform: string): string[] {
  const isKept = (file: string) => {
    const inside = relative(path, file)
    return isOurs ? isKeptOfOurs(inside, platform) && !isStale(root, path, inside) : isKeptOfOthers(inside)
  }
  return filesBelow(root, path).filter(isKept)
}

/** Compiled from a source that is gone since: the compiler leaves it, and a fresh clone would not have it. */
function isStale(root: string, path: string, inside: string): boolean {
  const [, module] = /^dist\/(?!(?:static-)?page\/)(.+)\.js$/.exec(inside) ?? []
  const isThere = (folder: string) => existsSync(join(root, path, folder, `${module}.ts`))
  return module !== undefined && !SOURCES.some(isThere)
}

/** Regular files, relative to `root`, sorted; what is nested in `node_modules` is a package of its own. */
function filesBelow(root: string, path: string): string[] {
  const found = lstatSync(join(root, path), { throwIfNoEntry: false })
  if (found?.isFile()) return [path]
  if (!found?.isDirectory()) return []
  const names = readdirSync(join(root, path)).filter((name) => name !== 'node_modules' && name !== 'target')
  return names.sort().flatMap((name) => filesBelow(root, join(path, name)))
}

function fileContent(file: string, name: string): Content {
  const { mode } = lstatSync(file)
  return { name, mode: mode & 0o100 ? EXECUTABLE : PLAIN, data: readFileSync(file) }
}

/** As npm links the packages of a workspace. */
function linkTo({ name, path }: LockedPackage): Content {
  return { name: `app/node_modules/${name}`, mode: 0o777, type: '2', link: join('../..', path) }
}

function requireAddon(files: readonly string[], platform: string): void {
  if (files.some((file) => file.startsWith('native/') && file.endsWith('.node'))) return
  const remedy = 'install Rust and build on that platform'
  throw new RefusalError('BUNDLE_INPUT', `there is no native addon for ${platform}`, { field: 'native', remedy })
}
