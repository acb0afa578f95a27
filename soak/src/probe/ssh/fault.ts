import { ProbeError } from '../probe-error.js'

/** What ssh ends with when the fault is its own; everything else is the exit code of the other side. */
const SSH_FAILED = 255
/** The other side does not accept what it was asked: spec operations 15. */
const USAGE = 2

/** What ssh says of a connection that did not come about; the text itself names hosts, and is never passed on. */
const FAULTS: readonly (readonly [pattern: RegExp, code: string, text: string])[] = [
  [
    /host key verification failed|host identification has changed|no .{0,40}host key is known/i,
    'SSH_HOST_KEY',
    'the key of the host is not the pinned one',
  ],
  [
    /permission denied|too many authentication failures|load key|unprotected private key/i,
    'SSH_AUTH',
    'the host does not accept the key of the watchdog',
  ],
  [
    /could not resolve|connection (?:refused|timed out|closed|reset)|no route to host|network is unreachable|operation timed out/i,
    'SSH_UNREACHABLE',
    'the host cannot be reached over ssh',
  ],
]

/** Why ssh ended with `code` (null: by a signal) instead of an answer. Names no host, no account and no path. Pure. */
export function sshFault(code: number | null, stderr: string): ProbeError {
  if (code === USAGE) return new ProbeError('SSH_REFUSED', 'the host does not accept this request')
  if (code !== SSH_FAILED)
    return new ProbeError('SSH_PROBE_FAILED', `the probe on the host ended with ${code ?? 'a signal'}`)
  const [, fault, text] = FAULTS.find(([pattern]) => pattern.test(stderr)) ?? []
  return new ProbeError(fault ?? 'SSH_FAILED', text ?? 'ssh failed')
}
