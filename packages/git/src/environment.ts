/** What git, ssh and curl need of a process; anything else, and above all any secret, stays with it. */
const LET_THROUGH = new Set([
  ...['PATH', 'HOME', 'TMPDIR', 'LANG'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
  // curl takes HTTP_PROXY in lower case only.
  ...['HTTPS_PROXY', 'https_proxy', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'],
])

/** Asks nobody, and reads no configuration but the repository's. */
const FIXED = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_OPTIONAL_LOCKS: '0',
  // Ancestry is asked of what others will have, too: replacements and grafts are this repository's alone.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
  LC_ALL: 'C',
}

/** Runs no hook, leaves nothing running, keeps no reflog, and checks what it fetches. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.logAllRefUpdates=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'fetch.fsckObjects=true',
  // Else whatever goes wrong hides behind its twelve lines on the file of no grafts.
  'advice.graftFileDeprecated=false',
]

export interface EnvironmentInit {
  readonly sshAgent?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

/** The environment of git: an allow-list of `from`, the fixed part, and what the caller adds. */
export function environmentOf(
  from: NodeJS.ProcessEnv,
  { sshAgent = false, environment }: EnvironmentInit,
): Record<string, string> {
  const isLetThrough = (name: string) =>
    LET_THROUGH.has(name) || name.startsWith('LC_') || (sshAgent && name === 'SSH_AUTH_SOCK')
  const inherited = Object.entries(from).flatMap(([name, value]): [string, string][] =>
    value !== undefined && isLetThrough(name) ? [[name, value]] : [],
  )
  return { ...Object.fromEntries(inherited), ...FIXED, ...environment }
}

/** `-C` and `-c` before the words of a command; of a setting that stands twice git takes the last. */
export function argumentsOf(folder: string, args: readonly string[], settings: readonly string[] = []): string[] {
  return ['-C', folder, ...[...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]), ...args]
}
