import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Hosts of the seeds, in the order of the chain `serve`. */
export const HOSTS = ['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow'] as const
export const WITNESSES = ['w1', 'w2', 'w3'] as const
export const CHAT = 'chat'
export const MACHINES: readonly string[] = [...HOSTS, ...WITNESSES, CHAT]

export const GROUP = 'montana-5'
export const CHANNEL_PORT = 19_333
export const WITNESS_PORT = 9_700
export const CHAT_PORT = 9_600
export const BOT_PORT = 9_000

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')
export const CLI = join(root, 'packages', 'cli', 'dist', 'main.js')
export const BOT = join(root, 'deploy', 'examples', 'bot', 'bot.mjs')
export const WRITER = join(dirname(fileURLToPath(import.meta.url)), '..', 'chat', 'writer.js')
export const CHAT_SERVER = join(root, 'deploy', 'examples', 'chat-server', 'server.mjs')

/** Files of one trial. */
export class Layout {
  constructor(readonly dir: string) {}

  home(machine: string): string {
    return join(this.dir, machine)
  }

  identity(machine: string): string {
    return join(this.home(machine), 'identity')
  }

  socket(host: string): string {
    return join(this.home(host), 'failover.sock')
  }

  log(machine: string): string {
    return join(this.home(machine), 'log.jsonl')
  }

  get registry(): string {
    return join(this.dir, 'registry.json')
  }

  get operators(): string {
    return join(this.dir, 'operators.json')
  }

  get config(): string {
    return join(this.dir, 'failover.yaml')
  }

  breathConfig(host: string): string {
    return join(this.home(host), 'breathe.yaml')
  }

  /** Holds the files that are kept alike. */
  breathRepo(host: string): string {
    return join(this.home(host), 'repo')
  }

  witnessConfig(witness: string): string {
    return join(this.home(witness), 'witness.yaml')
  }
}
