import { basename, dirname, resolve } from 'node:path'
import type { FailoverSource } from '@montana/console'
import { UsageError } from '@montana/foundation'

/** Pages ask all of them every second. */
const SOCKETS_MAX = 16

/** One per socket, in the order given. Throws {@link UsageError} for too many, or one that is named twice. */
export async function failoverSources(sockets: readonly string[]): Promise<FailoverSource[]> {
  if (sockets.length === 0) return []
  const paths = sockets.map((socket) => resolve(socket))
  checkSockets(paths)
  const { ControlClient } = await import('@montana/failover/client')
  const labels = labelsOf(paths)
  return paths.map((path, index) => {
    const client = new ControlClient(path)
    return {
      label: labels[index] ?? path,
      status: async (signal) => await client.status(signal),
      history: async (limit, signal) => await client.history(limit, signal),
      command: async (command, signal) => await client.command(command, signal),
    }
  })
}

function checkSockets(paths: readonly string[]): void {
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  if (twice !== undefined) throw wrong(`'${twice}' is named twice`, 'name each socket once')
  if (paths.length > SOCKETS_MAX) throw wrong(`is given ${paths.length} times`, `name at most ${SOCKETS_MAX} sockets`)
}

function wrong(fault: string, remedy: string): UsageError {
  return new UsageError(`--failover-socket ${fault}`, { field: 'failover-socket', remedy })
}

/** The folder of a socket tells agents apart, not its usual name; two of one name are numbered. */
function labelsOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => {
    const name = basename(path, '.sock')
    return name === 'failover' ? basename(dirname(path)) || name : name
  })
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length
    return before === 0 ? name : `${name}-${before + 1}`
  })
}
