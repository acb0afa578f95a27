import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import type { SshTarget } from '@montana/soak'

const HOST = '127.0.0.1'
/** Where the server drops its rights; Debian's start script makes it, and none has run here. */
const PRIVSEP_FOLDER = '/run/sshd'
const RETRY_MS = 50

/** Why there can be no server here; undefined where there can. */
export function whyNoSshd(): string | undefined {
  const missing = ['sshd', 'ssh', 'ssh-keygen'].filter((name) => find(name) === undefined)
  return missing.length > 0 ? `${missing.join(', ')} not installed` : undefined
}

/** A real sshd on loopback with keys, configuration and accounts file of its own below `folder`. */
export class Sshd {
  readonly target: SshTarget
  readonly #folder: string
  readonly #server: ChildProcess

  private constructor(folder: string, server: ChildProcess, target: SshTarget) {
    this.#folder = folder
    this.#server = server
    this.target = target
  }

  static async start(folder: string): Promise<Sshd> {
    const port = await freePort()
    const [hostKey, clientKey] = [makeKey(folder, 'host'), makeKey(folder, 'client')]
    const knownHosts = pin(folder, 'known hosts', port, hostKey)
    if (userInfo().uid === 0) mkdirSync(PRIVSEP_FOLDER, { recursive: true })
    const config = join(folder, 'sshd_config')
    writeFileSync(config, settings(folder, port, hostKey))
    const server = spawn(find('sshd') ?? '', ['-D', '-e', '-f', config], { stdio: 'ignore' })
    await listening(port, server)
    return new Sshd(folder, server, { host: HOST, port, user: userInfo().username, keyFile: clientKey, knownHosts })
  }

  /** What each connection runs from now on, whatever it asks for. */
  force(command: string): void {
    const key = readFileSync(join(this.#folder, 'client.pub'), 'utf8')
    writeFileSync(join(this.#folder, 'authorized_keys'), `restrict,command="${command.replaceAll('"', '\\"')}" ${key}`)
  }

  /** The same host with another key pinned for it. */
  withOtherHostKey(): SshTarget {
    const other = makeKey(this.#folder, 'other')
    return { ...this.target, knownHosts: pin(this.#folder, 'other_hosts', this.target.port ?? 0, other) }
  }

  withoutHostKey(): SshTarget {
    const knownHosts = join(this.#folder, 'no_hosts')
    writeFileSync(knownHosts, '')
    return { ...this.target, knownHosts }
  }

  withOtherClientKey(): SshTarget {
    return { ...this.target, keyFile: makeKey(this.#folder, 'stranger') }
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null) return
    this.#server.kill('SIGTERM')
    await once(this.#server, 'close')
  }
}

function settings(folder: string, port: number, hostKey: string): string {
  return [
    ...[`Port ${port}`, `ListenAddress ${HOST}`, `HostKey "${hostKey}"`, 'PidFile none'],
    ...[`AuthorizedKeysFile "${join(folder, 'authorized_keys')}"`, 'PermitRootLogin forced-commands-only'],
    ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'StrictModes no'],
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function makeKey(folder: string, name: string): string {
  const file = join(folder, name)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
  return file
}

function pin(folder: string, name: string, port: number, key: string): string {
  const file = join(folder, name)
  writeFileSync(file, `[${HOST}]:${port} ${readFileSync(`${key}.pub`, 'utf8')}`)
  return file
}

/** Servers stand where an ordinary account does not look. */
function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port: number, server: ChildProcess): Promise<void> {
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, HOST)
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isOpen
}
