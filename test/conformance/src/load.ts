import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { errorMessage } from '@montana/foundation'
import type { VectorCase } from './types.js'
import type { WycheproofFile } from './wycheproof/schema.js'

export type VectorFile =
  | { readonly shape: 'vectors'; readonly cases: readonly VectorCase[] }
  | { readonly shape: 'wycheproof'; readonly content: WycheproofFile }

/** A file that cannot be used as vectors at all. */
export class UnusableFile extends Error {}

/** Reads .json or .json.gz, told apart by content. Throws {@link UnusableFile}. */
export function loadVectorFile(path: string): VectorFile {
  const content = parse(path)
  if (Array.isArray(content)) return { shape: 'vectors', cases: content.map(asCase) }
  if (isWycheproof(content)) return { shape: 'wycheproof', content }
  throw new UnusableFile('neither a list of cases nor a Wycheproof file')
}

function parse(path: string): unknown {
  try {
    const bytes = readFileSync(path)
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    return JSON.parse((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'))
  } catch (error) {
    throw new UnusableFile(`cannot be read: ${errorMessage(error)}`)
  }
}

function asCase(entry: unknown, index: number): VectorCase {
  const { name, area, input, expected } = (entry ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof area !== 'string' || input === undefined || expected === undefined) {
    throw new UnusableFile(`entry ${index} is not {name, area, input, expected}`)
  }
  return { name, area, input, expected }
}

function isWycheproof(content: unknown): content is WycheproofFile {
  return typeof content === 'object' && content !== null && 'testGroups' in content && Array.isArray(content.testGroups)
}
