import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { z } from 'zod'
import { STATUS_ROUTE } from '../constants.js'
import { parseJson } from '../files/load-json.js'
import { ProbeError } from './probe-error.js'
import type { SshTarget } from './ssh/target.js'

/** A status within reach: at a fixed URL, or through the file that a running node keeps in its data directory. */
export type LocalSource = { readonly statusUrl: string } | { readonly dataDir: string }

/** Where a node's status is found: within reach, or on a host that is asked over ssh (spec operations 3.7). */
export type NodeSource = {
  readonly label: string
  /** Display name of the host, the label by default; never an address. */
  readonly host?: string
} & (LocalSource | { readonly ssh: SshTarget })

export interface Located {
  readonly url: string
  /** The process that is expected to answer; undefined where only a URL is known. */
  readonly instance: string | undefined
}

const runSchema = z.object({ statusUrl: z.url({ protocol: /^http$/ }), instance: z.string() })

/** Read at each poll, because the port of a node changes when it restarts. Throws {@link ProbeError}. */
export async function locate(source: LocalSource, signal: AbortSignal): Promise<Located> {
  if ('statusUrl' in source) return { url: source.statusUrl, instance: undefined }
  const text = await readFile(join(source.dataDir, 'run.json'), { encoding: 'utf8', signal }).catch(notRunning)
  const run = runSchema.safeParse(parseJson(text))
  if (!run.success) throw new ProbeError('RUN_FILE_INVALID', 'run.json of the node cannot be read as such')
  return { url: run.data.statusUrl, instance: run.data.instance }
}

/**
 * A node that was killed leaves its run.json behind, and its port may be another node's since. Throws {@link ProbeError}
 * where `answered`, the instance in a status, is not the one that was expected.
 */
export function requireInstance(expected: string | undefined, answered: unknown): void {
  if (expected === undefined || answered === expected) return
  throw new ProbeError('OTHER_INSTANCE', 'another process answers at the address that run.json names')
}

/** Address of the status, with the hashes of one window where it is given. */
export function statusUrl(base: string, window: number | undefined): URL {
  const url = new URL(STATUS_ROUTE, base)
  if (window !== undefined) url.searchParams.set('window', String(window))
  return url
}

function notRunning(error: unknown): never {
  if (errorCode(error) !== 'ENOENT') throw new ProbeError('RUN_FILE_UNREADABLE', 'run.json of the node cannot be read')
  throw new ProbeError('NOT_RUNNING', 'the node has no run.json: it is not running')
}
