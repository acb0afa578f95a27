import { ConfigError } from '@montana/foundation'

/** A node's host as the watchdog reaches it; none of this is ever recorded. */
export interface SshTarget {
  readonly host: string
  readonly port?: number | undefined
  readonly user: string
  /** Private key, used for this host alone. */
  readonly keyFile: string
  /** File that pins the key of the host. */
  readonly knownHosts: string
}

const PORT_MAX = 65_535
/** Names and addresses; neither an option nor a second argument. */
const HOST_FORM = /^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,254}$/
const USER_FORM = /^[A-Za-z_][A-Za-z0-9._-]{0,63}$/
/** ssh reads quotes, and replaces variables, in the names of files. */
const PATH_FORM = /^[^"\\$\p{Cc}]{1,4096}$/u

/** Checks what is handed to ssh. Throws {@link ConfigError}; `field` is where it stands in the configuration. */
export function checkSshTarget(field: string, { host, port, user, keyFile, knownHosts }: SshTarget): void {
  check(HOST_FORM.test(host), `${field}.host`, 'the name of a host')
  check(USER_FORM.test(user), `${field}.user`, 'the name of an account')
  check(PATH_FORM.test(keyFile), `${field}.key_file`, 'a path without quotes, backslashes and dollar signs')
  check(PATH_FORM.test(knownHosts), `${field}.known_hosts`, 'a path without quotes, backslashes and dollar signs')
  check(port === undefined || (Number.isInteger(port) && port > 0 && port <= PORT_MAX), `${field}.port`, 'a port')
}

function check(isRight: boolean, field: string, what: string): void {
  if (!isRight) throw new ConfigError(`${field} is not ${what}`, { field, remedy: `correct ${field}` })
}
