import { type SshAccess, SshServer } from '@montana/github-stand'
import type { SshTarget } from '@montana/soak'

export { whyNoSshd } from '@montana/github-stand'

/** A real sshd on loopback, as a node's probe is reached. */
export class Sshd {
  readonly target: SshTarget
  readonly #server: SshServer

  private constructor(server: SshServer) {
    this.#server = server
    this.target = targetOf(server.access)
  }

  static async start(folder: string): Promise<Sshd> {
    return new Sshd(await SshServer.start(folder))
  }

  /** What each connection runs from now on, whatever it asks for. */
  async force(command: string): Promise<void> {
    await this.#server.force(command)
  }

  /** The same host with another key pinned for it. */
  async withOtherHostKey(): Promise<SshTarget> {
    return targetOf(await this.#server.withOtherHostKey())
  }

  async withoutHostKey(): Promise<SshTarget> {
    return targetOf(await this.#server.withoutHostKey())
  }

  async withOtherClientKey(): Promise<SshTarget> {
    return targetOf(await this.#server.withOtherClientKey())
  }

  async stop(): Promise<void> {
    await this.#server.stop()
  }
}

function targetOf({ host, port, user, keyFile, knownHosts }: SshAccess): SshTarget {
  return { host, port, user, keyFile, knownHosts }
}
