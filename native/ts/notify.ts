import { spawn } from 'node:child_process'
import { errorMessage } from '@montana/foundation'
import { firstLine, packageRoot, withAddon } from './addon.js'
import { translated } from './errors.js'
import { type LoadOptions, nativeMode } from './loader.js'

export interface NotifySocket {
  /** Messages of sd_notify(3), such as `READY=1`. Never waits. Throws NATIVE_SOCKET where that can be known at once. */
  send(message: string): void
  /** One loud line for the log: why the slow path is used. */
  readonly notice?: string
}

/** The socket of the service manager at `address`, the value of NOTIFY_SOCKET. Falls back with a notice, never with a crash. */
export function openNotifySocket(address: string, options: Pick<LoadOptions, 'directory'> = {}): NotifySocket {
  try {
    if (nativeMode() === 'off') throw new Error('MONTANA_NATIVE=off')
    const socket = withAddon(options.directory ?? packageRoot(), ({ NotifySocket }) => {
      if (!NotifySocket) throw new Error('the addon has no NotifySocket')
      return new NotifySocket(address)
    })
    return { send: (message) => translated(() => socket.send(message)) }
  } catch (error) {
    return { send: (message) => spawnNotify(address, message), notice: noticeOf(errorMessage(error)) }
  }
}

function noticeOf(reason: string): string {
  const [what, need] = ['a process for every message', 'which systemd hears only with NotifyAccess=all']
  return `SLOW NOTIFY: systemd-notify instead of native code, ${what}, ${need} (${firstLine(reason)})`
}

/** A child speaks with its own pid: hence the notice. */
function spawnNotify(address: string, message: string): void {
  const environment = { ...process.env, NOTIFY_SOCKET: address }
  const child = spawn('systemd-notify', [message], { env: environment, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}
