import { open } from 'node:fs/promises'
import { withTimeout } from '@montana/foundation'
import { FailoverError } from '../../errors.js'
import { AUTHENTICATE_TIMEOUT_MS, PASSWORD_BYTES_MAX } from './constants.js'

export interface Credentials {
  readonly user: string
  /** Read anew for every authentication, so that a password can be changed while we run. */
  readonly passwordFile: string
}

type Authenticate = (user: string, password: string, signal: AbortSignal) => Promise<string>

/**
 * The token of one member. It is fetched once for all who wait, and not stopped when one of them no longer does: in a
 * race between members the slower would otherwise never get one.
 */
export class TokenSource {
  readonly #credentials: Credentials
  readonly #authenticate: Authenticate
  readonly #signal: AbortSignal
  #token: Promise<string> | undefined

  constructor(credentials: Credentials, authenticate: Authenticate, signal: AbortSignal) {
    this.#credentials = credentials
    this.#authenticate = authenticate
    this.#signal = signal
  }

  /** `stale` is one that the member no longer takes: it restarted, or five minutes went by. */
  async get(stale?: string): Promise<string> {
    const current = this.#token
    if (stale !== undefined && current && (await current) === stale && this.#token === current) this.#token = undefined
    this.#token ??= this.#fetch()
    return await this.#token
  }

  #fetch(): Promise<string> {
    const token = withTimeout(AUTHENTICATE_TIMEOUT_MS, this.#signal, async (signal) => {
      const { user, passwordFile } = this.#credentials
      return await this.#authenticate(user, await readPassword(passwordFile), signal)
    })
    token.catch(() => {
      this.#token = undefined
    })
    return token
  }
}

async function readPassword(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw new FailoverError('ETCD_REFUSED', `cannot read ${path}`, { cause: error, field: 'coordinator.passwordFile' })
  })
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PASSWORD_BYTES_MAX), 0, PASSWORD_BYTES_MAX, 0)
    return buffer.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '')
  } finally {
    await file.close()
  }
}
