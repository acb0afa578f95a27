import type { Breach } from './types.js'

interface Wish {
  readonly name: string
  /** What stands behind the name. */
  readonly text: string
}

/** A table of dependencies, of all, of one, of a platform or of a workspace; and those that put another in the place. */
const WISHES = /^\[(?:.*\.)?(?:dependencies|dev-dependencies|build-dependencies)(?:\.(?<name>[^\].]+))?\]$/
const REPLACES = /^\[(?:patch|replace|source)\b/
const PLAIN_VERSION = /^\s*=\s*["']([^"']*)["']/
const NAMED_VERSION = /\bversion\s*=\s*["']([^"']*)["']/
const EXACT_VERSION = /^=\d+\.\d+\.\d+/
const BY_ADDRESS = /\b(?:git|path|registry|registry-index)\s*=/

/** A Cargo.toml beside its lock: nothing by address, no range of versions, and nothing that the lock does not name. */
export function cargoManifestBreaches(file: string, text: string, locked: ReadonlySet<string>): Breach[] {
  const lines = text.split('\n').map((line) => line.trim())
  const replacing = lines.filter((line) => REPLACES.test(line))
  const wishes = wishesOf(lines)
  return [
    ...replacing.map((line) => of('source', file, `has ${line}`, 'take a published version')),
    ...wishes
      .filter((wish) => BY_ADDRESS.test(wish.text))
      .map(({ name }) => of('source', `${file} ${name}`, 'is asked for by address', 'take a published version')),
    ...wishes
      .filter(({ text }) => !EXACT_VERSION.test(versionOf(text) ?? '=0.0.0'))
      .map(({ name, text }) =>
        of('pin', `${file} ${name}`, `asks for ${versionOf(text)}`, 'ask for "=MAJOR.MINOR.PATCH"'),
      ),
    ...wishes
      .filter((wish) => !locked.has(packageOf(wish)))
      .map(({ name }) => of('lock', `${file} ${name}`, 'is not in Cargo.lock', 'cargo update, then look at the lock')),
  ]
}

export function crateName(manifest: string): string | undefined {
  const [, table = ''] = manifest.split(/^\[package\]$/m)
  return /^name\s*=\s*"([^"]*)"/m.exec(table.split(/^\[/m, 1)[0] ?? '')?.[1]
}

function wishesOf(lines: readonly string[]): Wish[] {
  const wishes: Wish[] = []
  let table: RegExpExecArray | null = null
  for (const line of lines) {
    if (line.startsWith('[')) table = WISHES.exec(line)
    else if (table && line.includes('=') && !line.startsWith('#')) wishes.push(wishOf(line, table.groups?.name))
  }
  return wishes
}

/** `name = …`, `name.key = …`, or a line of the table of one. */
function wishOf(line: string, table: string | undefined): Wish {
  const bare = (name: string): string => name.trim().replaceAll('"', '')
  if (table !== undefined) return { name: bare(table), text: line }
  const [key = ''] = line.split('=', 1)
  const [name = '', ...rest] = key.split('.')
  return { name: bare(name), text: rest.length > 0 ? line.slice(name.length + 1) : line.slice(key.length) }
}

/** Undefined for a line that names none, such as the features of a table. */
function versionOf(text: string): string | undefined {
  return PLAIN_VERSION.exec(text)?.[1] ?? NAMED_VERSION.exec(text)?.[1]
}

function packageOf({ name, text }: Wish): string {
  return /\bpackage\s*=\s*"([^"]*)"/.exec(text)?.[1] ?? name
}

function of(rule: Breach['rule'], where: string, what: string, remedy: string): Breach {
  return { rule, where, what, remedy }
}
