import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, vi } from 'vitest'

/** Node has no Unix datagram sockets; test/setup/apt.mjs brings Python where it can. */
export const hasPython = spawnSync('python3', ['--version']).status === 0

const READER = `
import socket, sys
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind('\\0' + sys.argv[1][1:])
print('bound', flush=True)
while True: print(reader.recv(4096).decode().replace(chr(10), ' '), flush=True)
`

export interface NotifyReceiver {
  /** Value for NOTIFY_SOCKET. */
  readonly address: string
  /** One per datagram, lines of a message joined by a blank. */
  readonly lines: string[]
}

let sockets = 0

/** A service manager that only listens; ends with the test. */
export async function receiveNotifications(): Promise<NotifyReceiver> {
  const address = `@montana-notify-${process.pid}-${sockets++}`
  const reader: ChildProcess = spawn('python3', ['-c', READER, address], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void reader.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: reader.stdout ?? process.stdin }).on('line', (line) => lines.push(line))
  await vi.waitFor(() => expect(lines.splice(0)).toEqual(['bound']), 10_000)
  return { address, lines }
}
