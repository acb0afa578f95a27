import { execFile } from 'node:child_process'
import { AbortError, errorCode } from '@montana/foundation'
import { WG_OUTPUT_BYTES, WG_TIMEOUT_MS } from '../constants.js'
import { VpnError } from '../errors.js'
import { parseDump } from './dump.js'
import type { ActualConfig } from './types.js'

/** One interface, through the program `wg`. Secrets pass through files and pipes, never through arguments. */
export interface WgInterface {
  /** Throws WG_INTERFACE where there is none. */
  read(signal: AbortSignal): Promise<ActualConfig>
  /** The whole configuration as a file for {@link WgInterface.sync}, private key included. */
  readConfig(signal: AbortSignal): Promise<string>
  /** Makes the interface what the file says; peers that stay keep their sessions. */
  sync(file: string, signal: AbortSignal): Promise<void>
}

/** `command`: the program and what stands before its arguments. */
export function createWgInterface(name: string, command: readonly string[] = ['wg']): WgInterface {
  const wg = (args: readonly string[], signal: AbortSignal) => run([...command, ...args], name, signal)
  return {
    read: async (signal) => parseDump(await wg(['show', name, 'dump'], signal)),
    readConfig: async (signal) => await wg(['showconf', name], signal),
    sync: async (file, signal) => void (await wg(['syncconf', name, file], signal)),
  }
}

function run([file = '', ...args]: readonly string[], name: string, signal: AbortSignal): Promise<string> {
  const env = { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }
  const options = { env, signal, timeout: WG_TIMEOUT_MS, maxBuffer: WG_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      reject(signal.aborted ? new AbortError(signal.reason) : wgError(error, stderr, name))
    })
    child.stdin?.end()
  })
}

function wgError(error: Error, stderr: string, name: string): VpnError {
  if (errorCode(error) === 'ENOENT') {
    const remedy = 'install the package wireguard-tools'
    return new VpnError('WG_MISSING', 'the program wg is not installed', { remedy, exitCode: 78 })
  }
  if (/No such device|Protocol not supported|does not exist/i.test(stderr)) {
    const remedy = `bring it up: systemctl start wg-quick@${name}`
    return new VpnError('WG_INTERFACE', `there is no WireGuard interface ${name}`, { field: 'vpn.interface', remedy })
  }
  if (/Operation not permitted|Permission denied/i.test(stderr)) {
    const remedy = 'run it as root, or by the unit montana-vpn-key-sync with its drop-in for wireguard-go'
    return new VpnError('WG_DENIED', `not allowed to see or change ${name}`, { remedy, exitCode: 78 })
  }
  const remedy = `see what wg show ${name} says`
  return new VpnError('WG_FAILED', `wg failed: ${withoutKeys(stderr) || 'it did not say why'}`, { remedy })
}

/** `wg` quotes what it cannot read, and that may be a key. */
function withoutKeys(text: string): string {
  return text
    .trim()
    .replaceAll(/[A-Za-z0-9+/=]{20,}/g, '(key)')
    .split('\n')
    .join(' ')
    .slice(0, 300)
}
