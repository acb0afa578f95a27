/**
 * For every child that speaks to a target, spec repository-mirror 6.1: no helper, hook or prompt of this machine sees the
 * credential, no redirect carries it elsewhere, a URL that holds one is refused. Options that a repository may have set for
 * its own pushes are emptied.
 */
export const GIT_SETTINGS: readonly string[] = [
  'credential.helper=',
  'core.askPass=',
  'core.hooksPath=/dev/null',
  'http.followRedirects=false',
  'transfer.credentialsInUrl=die',
  'protocol.version=2',
  'push.pushOption=',
  'gc.auto=0',
  'maintenance.auto=false',
]

/** Plain http is for loopback only. */
export function protocolEnvironment(isLoopbackHttp: boolean): Record<string, string> {
  const allowed = isLoopbackHttp ? 'https:ssh:file:http' : 'https:ssh:file'
  return { GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: allowed }
}

/** Settings as environment: they appear in no argument list, and their names may hold any character of a URL. */
export function configEnvironment(entries: readonly (readonly [key: string, value: string])[]): Record<string, string> {
  const numbered = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(numbered) }
}

/** The longest match wins: no `insteadOf` of the source sends a push to another place. */
export function verbatim(url: string): readonly (readonly [string, string])[] {
  return [
    [`url.${url}.insteadOf`, url],
    [`url.${url}.pushInsteadOf`, url],
  ]
}
