import type { SshTarget } from './target.js'

/** Spec operations 3.7. */
const CONNECT_TIMEOUT_S = 5
const DEFAULT_PORT = 22

/**
 * Arguments of the ssh client: no configuration file, no agent, no question, no forwarding; one key, and the host keys
 * of one file. `words` is what the other side is asked for.
 */
export function sshArguments(target: SshTarget, words: string): string[] {
  const { host, port = DEFAULT_PORT, user, keyFile, knownHosts } = target
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    ConnectTimeout: CONNECT_TIMEOUT_S,
    UserKnownHostsFile: quoted(knownHosts),
    GlobalKnownHostsFile: 'none',
    UpdateHostKeys: 'no',
    IdentityFile: quoted(keyFile),
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    PreferredAuthentications: 'publickey',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    LogLevel: 'ERROR',
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-F', 'none', '-T', ...flags, '-p', String(port), '-l', user, '--', host, words]
}

/** A path as ssh reads it: white space is part of it, and a percent sign is none of its tokens. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}
