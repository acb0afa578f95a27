import { readFile } from 'node:fs/promises'
import { AbortError, ConfigError, TimeoutError, withTimeout } from '@montana/foundation'
import type { CoordinatorConfig } from '../../config/types.js'
import { FailoverError } from '../../errors.js'
import { REQUEST_TIMEOUT_MS } from './constants.js'
import { EtcdMember } from './member.js'
import type { Credentials } from './token.js'

export type EtcdConfig = Extract<CoordinatorConfig, { kind: 'etcd' }>

/** The members of one cluster. One is enough for all policies of a group. */
export class EtcdCluster {
  readonly members: readonly EtcdMember[]

  constructor(members: readonly EtcdMember[]) {
    this.members = members
  }

  /** Reads the certificate authority. Throws ConfigError when it cannot, or when user or password is missing. */
  static async open(config: EtcdConfig): Promise<EtcdCluster> {
    const ca = config.caFile === undefined ? undefined : await readAuthority(config.caFile)
    const credentials = credentialsOf(config)
    return new EtcdCluster(config.endpoints.map((url) => new EtcdMember(url, ca, credentials)))
  }

  /**
   * Asks all members at once; the first that answers decides, the others are let go. Throws FailoverError: that of a
   * member that refused, else ETCD_UNREACHABLE after `REQUEST_TIMEOUT_MS`; AbortError when `signal` fires.
   */
  async first<T>(call: (member: EtcdMember, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await withTimeout(REQUEST_TIMEOUT_MS, signal, (inner) => this.#race(call, inner))
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  close(): void {
    for (const member of this.members) member.close()
  }

  async #race<T>(call: (member: EtcdMember, signal: AbortSignal) => Promise<T>, parent: AbortSignal): Promise<T> {
    const decided = new AbortController()
    const signal = AbortSignal.any([parent, decided.signal])
    try {
      return await Promise.any(this.members.map((member) => call(member, signal)))
    } finally {
      decided.abort()
    }
  }

  #failureOf(error: unknown): unknown {
    if (error instanceof TimeoutError) {
      return new FailoverError('ETCD_UNREACHABLE', `no member answers within ${error.timeoutMs} ms`, { cause: error })
    }
    if (!(error instanceof AggregateError)) return error
    const errors: readonly unknown[] = error.errors
    const isTelling = (one: unknown) => one instanceof FailoverError && one.code !== 'ETCD_UNREACHABLE'
    return errors.find(isTelling) ?? errors.find((one) => one instanceof FailoverError) ?? new AbortError(error)
  }
}

function credentialsOf({ user, passwordFile }: EtcdConfig): Credentials | undefined {
  if (user === undefined && passwordFile === undefined) return undefined
  if (user !== undefined && passwordFile !== undefined) return { user, passwordFile }
  const field = user === undefined ? 'coordinator.user' : 'coordinator.passwordFile'
  throw new ConfigError(`${field} is missing`, { field, remedy: 'give both user and passwordFile, or neither' })
}

async function readAuthority(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new ConfigError(`cannot read ${path}`, { field: 'coordinator.caFile', remedy: 'name a PEM file', cause })
  }
}
