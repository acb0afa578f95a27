import type { BreathError } from '../errors.js'

const DAMAGE =
  /object file|corrupt|bad object|bad tree|invalid object|unable to read (?:tree|sha1|[0-9a-f]{40})|missing (?:blob|tree|commit|object)|did not send all|cannot be read from the repository|bad config|packed-refs(?!\.lock)/i

/** Reasons that a new repository would not cure. */
const OUTSIDE = /No space left|quota exceeded|Permission denied|Read-only file system|File exists/i

/** A command failed by the fault of the private repository: not of the hub, and not for want of time. */
export function isLocalDamage({ code, message, metadata }: BreathError): boolean {
  const own = message.replaceAll(/^remote: .*$/gm, '')
  return code === 'GIT_FAILED' && metadata.returncode !== -1 && DAMAGE.test(own) && !OUTSIDE.test(own)
}

/** Even after repairs the own ref cannot be read; only a timeout says nothing about it. */
export function isUnreadable({ code, metadata }: BreathError): boolean {
  return code === 'JSON_INVALID' || (code === 'GIT_FAILED' && metadata.returncode !== -1)
}
