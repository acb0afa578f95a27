import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openNotifySocket } from '@montana/native'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addonPath } from './support.js'

const hasPython = spawnSync('python3', ['--version']).status === 0
const hasNotify = spawnSync('systemd-notify', ['--version']).status === 0

/** Node has no datagram sockets of this family: the reader is the one in Python's library. */
const READER = `
import socket, sys
name = sys.argv[1]
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind('\\0' + name[1:] if name.startswith('@') else name)
print('bound', flush=True)
while True: print(reader.recv(4096).decode(), flush=True)
`

class Manager {
  readonly #reader: ChildProcess
  readonly #lines: AsyncIterableIterator<string>

  private constructor(address: string) {
    this.#reader = spawn('python3', ['-c', READER, address], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#reader.stdout ?? process.stdin })[Symbol.asyncIterator]()
    onTestFinished(() => void this.#reader.kill('SIGKILL'))
  }

  static async listen(address: string): Promise<Manager> {
    const manager = new Manager(address)
    expect(await manager.next()).toBe('bound')
    return manager
  }

  async next(): Promise<string> {
    return (await this.#lines.next()).value as string
  }
}

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'notify')
}

describe.skipIf(!addonPath || !hasPython)('messages to the service manager (skipped without addon or python3)', () => {
  it.each(['a path', 'an abstract name'])('reach a socket with %s', async (kind) => {
    const address = kind === 'a path' ? socketPath() : `@montana-notify-test-${process.pid}`
    const manager = await Manager.listen(address)
    const socket = openNotifySocket(address)
    expect(socket.notice).toBeUndefined()
    for (const message of ['READY=1', 'WATCHDOG=1', 'STATUS=master of serve\nWATCHDOG=1']) {
      socket.send(message)
      for (const line of message.split('\n')) expect(await manager.next()).toBe(line)
    }
  })

  it('that nobody hears are an error with a code, and cost no time', () => {
    const socket = openNotifySocket(socketPath())
    const startMs = performance.now()
    expect(() => socket.send('WATCHDOG=1')).toThrow(expect.objectContaining({ code: 'NATIVE_SOCKET' }))
    expect(performance.now() - startMs).toBeLessThan(100)
  })

  it.skipIf(!hasNotify)('go by systemd-notify, loudly, without the addon', async () => {
    const address = socketPath()
    const manager = await Manager.listen(address)
    const socket = openNotifySocket(address, { directory: tmpdir() })
    expect(socket.notice).toMatch(/^SLOW NOTIFY: systemd-notify .+NotifyAccess=all/)
    socket.send('WATCHDOG=1')
    expect(await manager.next()).toBe('WATCHDOG=1')
  })
})
