import { createRedactor } from '@montana/git'
import { MirrorError } from '../contracts/errors.js'
import type { RefUpdate } from '../contracts/push.js'
import { pushArguments } from '../decide/refs.js'
import type { Answer } from './deliver.js'
import { atTarget, type TargetCall } from './git.js'
import { LISTING_TIMEOUT_MS } from './limits.js'
import { LISTING_MAX_BYTES, type Listing, parseListing } from './listing.js'
import { parsePorcelain } from './porcelain.js'
import { failureOf } from './remote-words.js'

/** Everything that a push needs and nothing that a local setting may add. */
const PUSH = ['push', '--porcelain', '--progress', '--atomic', '--no-verify', '--no-follow-tags', '--no-signed']
const FETCH = ['fetch', '--progress', '--no-tags', '--no-prune', '--no-write-fetch-head', '--no-auto-maintenance']
const GONE = /not our ref|unadvertised object|couldn't find remote ref/i
const NO_SUBMODULES = '--recurse-submodules=no'

/** All refs that the target shows, or what `options` and `patterns` of `git ls-remote` leave of them. */
export async function listTarget(
  call: TargetCall,
  options: readonly string[],
  patterns: readonly string[] = [],
): Promise<Listing> {
  const timeoutMs = Math.min(LISTING_TIMEOUT_MS, call.timeoutMs)
  const bounded = { ...call, timeoutMs, outputMaxBytes: LISTING_MAX_BYTES }
  const args = ['ls-remote', '--symref', ...options, call.access.url, ...patterns]
  const { code, stdout, words } = await atTarget(bounded, args)
  if (code !== 0) throw failed('ls-remote', words)
  return parseListing(stdout)
}

/** One atomic push, each ref under its lease. Throws when the target refused more than single refs. */
export async function pushOnce(call: TargetCall, items: readonly RefUpdate[]): Promise<Answer> {
  const args = items.map((item) => pushArguments(item))
  const leases = args.flatMap((arg) => arg.leases)
  const refspecs = args.flatMap((arg) => arg.refspecs)
  const command = [...PUSH, NO_SUBMODULES, ...leases, call.access.url, ...refspecs]
  return await push(
    call,
    command,
    items.map(({ ref }) => ref),
  )
}

export async function deleteOnce(call: TargetCall, ref: string, tip: string): Promise<Answer> {
  const lease = `--force-with-lease=${ref}:${tip}`
  return await push(call, [...PUSH, NO_SUBMODULES, lease, call.access.url, `:${ref}`], [ref])
}

/** Fetches by object id. An object that is no tip any more is no error: the caller sees that it did not come. */
export async function fetchObjects(
  call: TargetCall,
  refspecs: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const input = refspecs.map((refspec) => `${refspec}\n`).join('')
  const args = [...FETCH, ...options, NO_SUBMODULES, '--refmap=', '--stdin', call.access.url]
  const { code, words } = await atTarget({ ...call, input }, args)
  if (code !== 0 && !GONE.test(words)) throw failed('fetch', words)
}

async function push(call: TargetCall, args: readonly string[], refs: readonly string[]): Promise<Answer> {
  const { stdout, words } = await atTarget(call, args)
  const redact = createRedactor(call.access.secrets)
  const pushed = parsePorcelain(stdout).map((row) => ({ ...row, reason: row.reason && redact(row.reason) }))
  const answered = new Set(pushed.filter(({ reason }) => !isLost(reason)).map(({ ref }) => ref))
  if (!refs.every((ref) => answered.has(ref))) throw failed('push', words)
  return { refs: pushed, words: remoteWords(words) }
}

/** The connection ended before the target said what became of the ref. */
function isLost(reason: string | null): boolean {
  return reason !== null && /failed to report status|remote failure/i.test(reason)
}

/** What hooks and limits of the target say, without git's own frame. */
function remoteWords(words: string): string {
  const lines = words.split('\n').filter((line) => line.startsWith('remote: '))
  return [...new Set(lines.map((line) => line.slice('remote: '.length).trim()))].filter((line) => line !== '').join(' ')
}

function failed(command: string, words: string): MirrorError {
  const { code, remedy } = failureOf(words)
  return new MirrorError(code, `git ${command} failed: ${lastWords(words)}`, { remedy, metadata: { command } })
}

const WORDS_MAX_CHARS = 500

function lastWords(words: string): string {
  const lines = words.split(/[\r\n]+/).filter((line) => /^(?:fatal|error|remote|ERROR|ssh|@|.*host key)/i.test(line))
  return (lines.length === 0 ? words : lines.join(' ')).replaceAll(/\s+/g, ' ').trim().slice(0, WORDS_MAX_CHARS)
}
