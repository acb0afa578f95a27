import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'

export interface BuildArguments {
  /** Undefined: the development key. */
  readonly key: string | undefined
  /** Make a key and nothing else. */
  readonly newKey: string | undefined
  readonly out: string
  readonly arch: string
  /** Build twice and compare. */
  readonly isCheck: boolean
  readonly asJson: boolean
}

const OPTIONS = {
  key: { type: 'string' },
  'new-key': { type: 'string' },
  out: { type: 'string' },
  arch: { type: 'string', default: process.arch },
  check: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** File names are resolved against `folder`. Throws UsageError (2). */
export function parseArguments(args: readonly string[], folder: string, root: string): BuildArguments {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true })
    const { arch, check: isCheck, json: asJson } = values
    if (arch !== 'x64' && arch !== 'arm64') throw new Error(`--arch '${arch}' is neither x64 nor arm64`)
    const file = (name: string | undefined) => (name === undefined ? undefined : resolve(folder, name))
    const out = file(values.out) ?? join(root, '.montana', 'release', 'out')
    return { key: file(values.key), newKey: file(values['new-key']), out, arch, isCheck, asJson }
  } catch (cause) {
    const remedy =
      'npm run release:bundle -- [--key FILE | --new-key FILE] [--out DIR] [--arch x64|arm64] [--check] [--json]'
    throw new UsageError(errorMessage(cause), { remedy, cause })
  }
}
