import type { UnitEvent } from './log-line.js'

/** A line that neither has a code nor says one of those below. */
export const UNCODED = 'UNCODED'

/** Our own codes; anything else in that field is somebody's text. */
const CODE_FORM = /^[A-Z][A-Z0-9_]{1,63}$/

/**
 * What foreign lines say, in the words of libc, Node.js and Rust; the first that fits is taken, so that a disk or a
 * permission is named before the connection that broke because of it.
 */
const TABLE: readonly (readonly [code: string, pattern: RegExp])[] = [
  ['ENOSPC', /\bENOSPC\b|no space left on device|\(os error 28\)/i],
  ['EDQUOT', /\bEDQUOT\b|disk quota exceeded/i],
  ['EROFS', /\bEROFS\b|read-only file system/i],
  ['EIO', /\bEIO\b|input\/output error/i],
  ['EACCES', /\bEACCES\b|permission denied|\(os error 13\)/i],
  ['EPERM', /\bEPERM\b|operation not permitted/i],
  ['ENOENT', /\bENOENT\b|no such file or directory/i],
  ['ENOMEM', /\bENOMEM\b|out of memory|cannot allocate memory|\boom-kill/i],
  ['EMFILE', /\bE[MN]FILE\b|too many open files/i],
  ['EADDRINUSE', /\bEADDRINUSE\b|address already in use/i],
  // Before the ways in which a connection ends: a TLS stack in the log is what matters about such a line.
  ['TLS', /\b(?:rustls|TLS(?:v?1(?:\.\d)?)?)\b/i],
  ['ETIMEDOUT', /\bETIMEDOUT\b|\btimed out\b|\(os error 110\)/i],
  ['ECONNRESET', /\bECONNRESET\b|connection reset/i],
  ['ECONNREFUSED', /\bECONNREFUSED\b|connection refused|\(os error 111\)/i],
  ['EPIPE', /\bEPIPE\b|broken pipe/i],
  ['EHOSTUNREACH', /\bEHOSTUNREACH\b|no route to host/i],
  ['ENETUNREACH', /\bENETUNREACH\b|network is unreachable/i],
  ['ENOTFOUND', /\bENOTFOUND\b|\bEAI_AGAIN\b|name or service not known|failure in name resolution/i],
]

const EVENT_CODES: Readonly<Record<UnitEvent, string>> = {
  exit: 'UNIT_EXIT',
  failed: 'UNIT_FAILED',
  job_failed: 'UNIT_JOB_FAILED',
  restart: 'UNIT_RESTART',
}

/** Code of a line without one of its own: spec operations 6. */
export function codeOfText(text: string): string {
  return TABLE.find(([, pattern]) => pattern.test(text))?.[0] ?? UNCODED
}

export function codeOfEvent(event: UnitEvent): string {
  return EVENT_CODES[event]
}

/** The `code` field of a JSON line, undefined where it is not a code. */
export function ownCode(field: unknown): string | undefined {
  return typeof field === 'string' && CODE_FORM.test(field) ? field : undefined
}
