import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { readBoundedFile } from '../config/bounded-file.js'

/** Made by the build, beside the compiled package. */
const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'sentinel.mjs')
/** The library of the provider is most of it. */
const BUNDLE_BYTES_MAX = 8 * 2 ** 20
const HEAD = /^\/\/ Montana sentinel; sha256 of everything below this line: ([0-9a-f]{64})\n/

/** The file for `.github/montana/sentinel.mjs`. Throws ConfigError when it was not built. Spec repository-mirror 10.4. */
export function sentinelScript(): string {
  const read = readBoundedFile(BUNDLE, BUNDLE_BYTES_MAX)
  if (read.isRead && isWholeScript(read.text)) return read.text
  throw new ConfigError('the script of the sentinel is not built', { remedy: 'run `npm run build`' })
}

/** Whether the hash in its first line is that of the rest: nobody edited it, and nothing was cut off. */
export function isWholeScript(text: string): boolean {
  const head = HEAD.exec(text)
  return head !== null && createHash('sha256').update(text.slice(head[0].length)).digest('hex') === head[1]
}
