import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { sleep } from '@montana/foundation'
import { StandError } from '../errors.js'

/** Between two looks whether a server listens. */
const RETRY_MS = 50

/** A port on which nothing listens just now; sshd cannot choose one itself. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves when the process answers on `port`; {@link StandError} when it ends before. */
export async function untilListening(host: string, port: number, server: ChildProcess): Promise<void> {
  while (!(await accepts(host, port))) {
    if (server.exitCode !== null) throw new StandError('STAND_SSHD', `sshd ended with ${server.exitCode}`)
    await sleep(RETRY_MS)
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isOpen
}
