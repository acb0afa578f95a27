import { createReadStream } from 'node:fs'
import { AbortError, ConfigError, errorCode } from '@montana/foundation'
import { checkName } from '../options.js'
import { DigestBuilder } from './builder.js'
import { feedLines } from './feed.js'
import type { LogLine } from './log-line.js'
import { loadRedact } from './redact-words.js'
import type { Digest } from './schema.js'
import { parseTextLine } from './text-line.js'

export interface FileDigestOptions {
  /** The node whose log it is; published, so a name. */
  readonly label: string
  readonly files: readonly string[]
  /** Whose log the files are; by default their lines have no unit. */
  readonly unit?: string | undefined
  /** Lines before this instant, ms since the epoch, do not count. */
  readonly sinceMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Digest of log files, read once from begin to end. Throws {@link ConfigError} for a file that cannot be read, AbortError. */
export async function digestFiles(options: FileDigestOptions): Promise<Digest> {
  const { label, files, unit = null, sinceMs, signal } = options
  checkName('label', label)
  const builder = new DigestBuilder({ label, source: 'file', redact: await loadRedact() })
  const parse = (text: string) => withUnit(parseTextLine(text), unit)
  for (const file of files) {
    const source = createReadStream(file, { signal })
    await feedLines({ source, parse, builder, sinceMs }).catch((error: unknown) => unreadable(error, file, signal))
  }
  return builder.build()
}

function withUnit(line: LogLine | undefined, unit: string | null): LogLine | undefined {
  return line && { ...line, unit }
}

function unreadable(error: unknown, file: string, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw new AbortError(signal.reason)
  throw new ConfigError(`log ${file} cannot be read: ${errorCode(error)}`, {
    field: 'file',
    remedy: 'name a log file that you may read',
    cause: error,
  })
}
