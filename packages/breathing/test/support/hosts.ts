import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Signer, selectPqBackend } from '@montana/crypto'
import {
  type Breathing,
  type BreathingOptions,
  type BreathModules,
  createBreathing,
  type Json,
} from '../../src/index.js'

export const HOSTS = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'] as const
export const USERS = 'data/users.json'
export const NODES = 'node_crypto/nodes.json'

const backend = await selectPqBackend()

/** The identity of a test host: its seed is its name. */
export async function signerOf(host: string): Promise<Signer> {
  return await backend.importSigner(new Uint8Array(Buffer.alloc(32, host)))
}

const signers = new Map(await Promise.all(HOSTS.map(async (host) => [host, await signerOf(host)] as const)))

export function modulesOf(host: string, hosts: readonly string[] = HOSTS): BreathModules {
  const signer = signers.get(host as (typeof HOSTS)[number])
  if (!signer) throw new Error(`${host} is no test host`)
  return {
    signer,
    verifier: {
      hosts: () => hosts,
      keysOf: (name) => {
        const known = signers.get(name as (typeof HOSTS)[number])
        return known && hosts.includes(name) ? [known.publicKey] : []
      },
      verify: (signature, message, publicKey) => backend.verify(signature, message, publicKey),
    },
  }
}

/** A folder that goes when the scope ends, with a hub and clones of it. */
export class World implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'breath-'))
  readonly hub = join(this.folder, 'hub.git')
  readonly #made: Breathing[] = []

  constructor() {
    git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.hub)
  }

  /** A clone of the hub, as a user would make it. */
  clone(host: string): string {
    const repo = join(this.folder, host)
    git(this.folder, 'clone', '--quiet', this.hub, repo)
    return repo
  }

  host(host: string, options: Partial<BreathingOptions> = {}, modules: Partial<BreathModules> = {}): Breathing {
    const repo = options.repo ?? join(this.folder, host)
    mkdirSync(repo, { recursive: true })
    const defaults = { node: host, repo, remote: this.hub, startDelaySeconds: 0 }
    const breathing = createBreathing({ ...defaults, ...options }, { ...modulesOf(host), ...modules })
    this.#made.push(breathing)
    return breathing
  }

  path(host: string, path: string): string {
    return join(this.folder, host, path)
  }

  write(host: string, path: string, value: Json | string): void {
    mkdirSync(dirname(this.path(host, path)), { recursive: true })
    writeFileSync(this.path(host, path), typeof value === 'string' ? value : JSON.stringify(value))
  }

  read(host: string, path: string): Json {
    return JSON.parse(readFileSync(this.path(host, path), 'utf8')) as Json
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const breathing of this.#made) breathing.close()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

/** Git as an operator runs it in a test. */
export function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid']
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' }
  return execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8', env, stdio: 'pipe' })
}
