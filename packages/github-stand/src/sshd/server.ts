import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { StandError } from '../errors.js'
import { knownHostsLine, makeKey } from './keys.js'
import { freePort, untilListening } from './ports.js'
import { findProgram, whyNoSshd } from './programs.js'

const HOST = '127.0.0.1'
/** Where the server drops its rights; Debian's start script makes it, and none has run here. Needed for root only. */
const PRIVSEP_FOLDER = '/run/sshd'

/** Whom a client reaches, and with what. */
export interface SshAccess {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Private key file of the one client that is let in. */
  readonly keyFile: string
  /** File with the server's host key. */
  readonly knownHosts: string
}

/** A real sshd on loopback, run as the current user, with keys and configuration of its own below one folder. */
export class SshServer {
  readonly access: SshAccess
  readonly #folder: string
  #process: ChildProcess
  #command = 'false'

  private constructor(folder: string, access: SshAccess, process: ChildProcess) {
    this.#folder = folder
    this.access = access
    this.#process = process
  }

  /** `folder` must exist; nobody is let in before {@link force} has said to what. */
  static async start(folder: string): Promise<SshServer> {
    const reason = whyNoSshd()
    if (reason !== undefined) throw new StandError('STAND_SSHD', reason, { remedy: 'Install openssh-server.' })
    const port = await freePort(HOST)
    const hostKey = await makeKey(folder, 'host')
    const keyFile = await makeKey(folder, 'client')
    const { uid, username } = userInfo()
    if (uid === 0) await mkdir(PRIVSEP_FOLDER, { recursive: true })
    await writeFile(join(folder, 'sshd_config'), settings(folder, port, hostKey))
    const knownHosts = await pin(folder, 'known_hosts', port, hostKey)
    const server = await launch(folder, port)
    return new SshServer(folder, { host: HOST, port, user: username, keyFile, knownHosts }, server)
  }

  /** What each connection of the client runs from now on, whatever it asks for. */
  async force(command: string): Promise<void> {
    this.#command = command
    const key = await readFile(`${this.access.keyFile}.pub`, 'utf8')
    await writeFile(join(this.#folder, 'authorized_keys'), this.#entry(key))
  }

  /** Another client, by its public key in one line; it runs what is forced upon the first. */
  async letIn(publicKey: string): Promise<void> {
    await appendFile(join(this.#folder, 'authorized_keys'), this.#entry(`${publicKey.trim()}\n`))
  }

  #entry(key: string): string {
    return `restrict,command="${this.#command.replaceAll('"', '\\"')}" ${key}`
  }

  /** Starts anew with another host key; `access.knownHosts` keeps the former one, as a client's file would. */
  async rotateHostKey(): Promise<void> {
    await this.stop()
    await makeKey(this.#folder, 'host')
    this.#process = await launch(this.#folder, this.access.port)
  }

  /** The line that pins the host key in use. */
  async hostKeyLine(): Promise<string> {
    return await knownHostsLine(HOST, this.access.port, join(this.#folder, 'host'))
  }

  /** The same server as seen by one who pinned another key for it. */
  async withOtherHostKey(): Promise<SshAccess> {
    const other = await makeKey(this.#folder, 'other')
    return { ...this.access, knownHosts: await pin(this.#folder, 'other_hosts', this.access.port, other) }
  }

  /** As seen by one who never met it. */
  async withoutHostKey(): Promise<SshAccess> {
    const knownHosts = join(this.#folder, 'no_hosts')
    await writeFile(knownHosts, '')
    return { ...this.access, knownHosts }
  }

  /** With a key that it does not let in. */
  async withOtherClientKey(): Promise<SshAccess> {
    return { ...this.access, keyFile: await makeKey(this.#folder, 'stranger') }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const closed = once(this.#process, 'close')
    this.#process.kill('SIGTERM')
    await closed
  }
}

async function launch(folder: string, port: number): Promise<ChildProcess> {
  // It starts itself anew for each connection and therefore wants its absolute path.
  const server = spawn(findProgram('sshd') ?? '', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' })
  await untilListening(HOST, port, server)
  return server
}

function settings(folder: string, port: number, hostKey: string): string {
  return [
    ...[`Port ${port}`, `ListenAddress ${HOST}`, `HostKey "${hostKey}"`, 'PidFile none'],
    ...[`AuthorizedKeysFile "${join(folder, 'authorized_keys')}"`, 'PermitRootLogin forced-commands-only'],
    ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'StrictModes no'],
    'AcceptEnv GIT_PROTOCOL',
  ]
    .map((line) => `${line}\n`)
    .join('')
}

async function pin(folder: string, name: string, port: number, key: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, await knownHostsLine(HOST, port, key))
  return file
}
