import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { AbortError, ConfigError, errorCode } from '@montana/foundation'
import { SoakError } from '../errors.js'
import { checkName } from '../options.js'
import { DigestBuilder } from './builder.js'
import { feedLines } from './feed.js'
import { JOURNAL_FIELDS, parseJournalLine } from './journal-entry.js'
import { loadRedact } from './redact-words.js'
import type { Digest } from './schema.js'

export interface JournalDigestOptions {
  /** The node whose log it is; published, so a name. */
  readonly label: string
  /** Names or patterns of units, as `journalctl -u` takes them. */
  readonly units: readonly string[]
  /** Lines before this instant, ms since the epoch, do not count. */
  readonly sinceMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const MS_PER_S = 1000
/** Characters of a unit's name, and of the patterns for it. */
const UNIT_FORM = /^[\w:.@\\*?[\]-]{1,255}$/

/**
 * Digest of the journal of this host. Throws {@link ConfigError} where there is no journalctl or a unit's name is wrong,
 * SoakError JOURNAL_FAILED, AbortError.
 */
export async function digestJournal(options: JournalDigestOptions): Promise<Digest> {
  const { label, units, sinceMs, signal } = options
  checkName('label', label)
  units.forEach(checkUnit)
  const builder = new DigestBuilder({ label, source: 'journald', redact: await loadRedact() })
  const child = spawn('journalctl', journalArguments(units, sinceMs), { stdio: ['ignore', 'pipe', 'ignore'], signal })
  const fed = feedLines({ source: child.stdout, parse: parseJournalLine, builder, sinceMs })
  // Where both fail, the end of the process says why.
  fed.catch(() => {})
  await endOf(child, signal)
  await fed
  return builder.build()
}

/** Arguments of journalctl. Values stand behind `=`, so that none can be taken for an option. */
export function journalArguments(units: readonly string[], sinceMs: number | undefined): string[] {
  return [
    ...['--output=json', '--all', '--no-pager', '--quiet', `--output-fields=${JOURNAL_FIELDS.join(',')}`],
    ...units.map((unit) => `--unit=${unit}`),
    ...(sinceMs === undefined ? [] : [`--since=@${Math.floor(sinceMs / MS_PER_S)}`]),
  ]
}

async function endOf(child: ChildProcessByStdio<null, Readable, null>, signal: AbortSignal | undefined): Promise<void> {
  const [code] = (await once(child, 'close').catch((error: unknown) => notStarted(error, signal))) as [number | null]
  if (signal?.aborted) throw new AbortError(signal.reason)
  if (code === 0) return
  throw new SoakError('JOURNAL_FAILED', `journalctl ended with ${code ?? 'a signal'}`, {
    remedy: 'run journalctl by hand, or name log files with --file',
  })
}

function notStarted(error: unknown, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw new AbortError(signal.reason)
  throw new ConfigError(`journalctl cannot be run: ${errorCode(error)}`, {
    field: 'unit',
    remedy: 'install systemd, or name log files with --file',
  })
}

function checkUnit(unit: string): void {
  if (UNIT_FORM.test(unit)) return
  throw new ConfigError(`unit '${unit}' is not the name of a unit`, {
    field: 'unit',
    remedy: 'use a name such as montana-node.service',
  })
}
