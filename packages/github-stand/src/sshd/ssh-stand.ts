import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitCommandScript } from './git-command.js'
import { type SshAccess, SshServer } from './server.js'

export interface SshdOptions {
  /** Folder of the bare repositories; nothing outside is served. */
  readonly root: string
  /** Where keys and configuration go; a temporary folder that `close` removes when not given. */
  readonly folder?: string
}

/** git over a real sshd. */
export class SshStand {
  readonly access: SshAccess
  readonly #server: SshServer
  readonly #close: () => Promise<void>

  constructor(server: SshServer, close: () => Promise<void>) {
    this.access = server.access
    this.#server = server
    this.#close = close
  }

  /** Remote of a bare repository, by its path below the root. */
  url(path: string): string {
    const { user, host, port } = this.access
    return `ssh://${user}@${host}:${port}/${path}`
  }

  /** The line that pins the host key in use. */
  async hostKeyLine(): Promise<string> {
    return await this.#server.hostKeyLine()
  }

  /** From now on the pinned key no longer fits. */
  async rotateHostKey(): Promise<void> {
    await this.#server.rotateHostKey()
  }

  /** Another client, by its public key in one line. */
  async letIn(publicKey: string): Promise<void> {
    await this.#server.letIn(publicKey)
  }

  async withoutHostKey(): Promise<SshAccess> {
    return await this.#server.withoutHostKey()
  }

  async withOtherClientKey(): Promise<SshAccess> {
    return await this.#server.withOtherClientKey()
  }

  async close(): Promise<void> {
    await this.#close()
  }
}

/** Starts sshd on a high port of 127.0.0.1; {@link whyNoSshd} tells beforehand whether it can. */
export async function startSshd(options: SshdOptions): Promise<SshStand> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'ssh-stand-')))
  await mkdir(folder, { recursive: true })
  const server = await SshServer.start(folder)
  const script = join(folder, 'serve-git')
  await writeFile(script, gitCommandScript(options.root), { mode: 0o755 })
  await server.force(`'${script}'`)
  return new SshStand(server, async () => {
    await server.stop()
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
  })
}
