import { ConfigError, type TimeSource } from '@montana/foundation'
import { LOOPBACK_NAMES } from '@montana/http'
import type { NodeSource } from '@montana/soak/formats'
import type { FastifyPluginAsync } from 'fastify'
import { DEFAULT_CONSOLE_PORT } from './constants.js'
import type { FailoverSource } from './failover/source.js'
import type { StatusCodes } from './mesh/alerts.js'

export interface ConsoleOptions {
  /** Whom to ask; each is found at every sample anew, because its port changes when it restarts. */
  readonly nodes: readonly NodeSource[]
  /** What the codes mean that nodes raise about themselves, and what to do: those of the package that raises them. */
  readonly codes?: StatusCodes
  /** The soak file, whether it exists yet or not. */
  readonly soakPath?: string | undefined
  /** Bearer token of everything that changes something, at least 24 characters; without one the console is read-only. */
  readonly token?: string | undefined
  /** Agents of failover groups, as this host reaches them. */
  readonly failover?: readonly FailoverSource[]
  /** Who runs the console: recorded beside every order. */
  readonly operator?: string
  /** Where orders are written down, append-only; without one they are remembered until the console ends. */
  readonly auditPath?: string | undefined
  /** Routes of the repository mirror below `/api/mirrors`, with their own guards. */
  readonly mirrors?: FastifyPluginAsync | undefined
  /** 127.0.0.1 by default. */
  readonly host?: string | undefined
  /** 8447 by default; 0 takes any. */
  readonly port?: number | undefined
  /** Where the port is taken, another one instead of an error. */
  readonly orFreePort?: boolean
  /** Allows a host that is not loopback: the page has no password. */
  readonly allowRemote?: boolean
  /** Ends the console. */
  readonly signal?: AbortSignal | undefined
  /** Folder of the built page; that of this package by default. */
  readonly pageDir?: string
  readonly time?: TimeSource
}

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

const ANY_ADDRESS = new Set(['0.0.0.0', '::', ''])

export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(bare(host))
}

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}

/** Checks where the console would listen. Throws {@link ConfigError}. */
export function listenAddress({ host = '127.0.0.1', port, allowRemote = false }: ConsoleOptions): ListenAddress {
  const name = bare(host)
  if (ANY_ADDRESS.has(name)) {
    throw wrong(host, 'is every address of this host', 'name one address: the name under which one asks is checked')
  }
  if (!LOOPBACK_NAMES.has(name) && !allowRemote) {
    throw wrong(
      host,
      'is not loopback',
      'reach 127.0.0.1 through a tunnel, or allow it with --allow-remote: the page asks for no password',
    )
  }
  return { host: name, port: port ?? DEFAULT_CONSOLE_PORT }
}

function wrong(host: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(`--listen '${host}' ${fault}`, { field: 'listen', remedy })
}
