import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeStatus } from '@montana/node/settings'
import { makeNetwork, type NetworkFiles } from '../../e2e/support/network.js'
import type { CleanHost } from './host.js'

const MAIN = join(import.meta.dirname, '..', '..', '..', 'packages', 'cli', 'dist', 'main.js')
const LABELS = ['moscow', 'frankfurt', 'helsinki']
const OPERATORS = ['anna', 'boris']
const WAIT_MS = 90_000
const WINDOW_MS = 1_000

/** Three real nodes in the network of a clean host, and the operators who sign its manifest, two of two. */
export class Mesh {
  readonly folder: string
  readonly #host: CleanHost
  readonly #files: NetworkFiles
  readonly #children: ChildProcess[] = []

  private constructor(host: CleanHost, folder: string, files: NetworkFiles) {
    this.#host = host
    this.folder = folder
    this.#files = files
  }

  static async create(host: CleanHost, folder: string): Promise<Mesh> {
    const mesh = new Mesh(host, folder, await makeNetwork(folder, LABELS))
    for (const id of OPERATORS) await mesh.cli('keys', 'new', '--out', mesh.path(`${id}.key`), '--id', id)
    const publics = OPERATORS.map((id) => mesh.path(`${id}.key.pub`))
    const root = ['--out', mesh.path('operators.json'), '--network', mesh.network, '--threshold', '2']
    await mesh.cli('keys', 'operators', ...publics, ...root)
    await mesh.cli('manifest', 'create', mesh.manifest, '--genesis', mesh.genesis, '--from', mesh.path('manifest.json'))
    await mesh.sign()
    return mesh
  }

  get network(): string {
    return this.#files.document.networkName
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  get manifest(): string {
    return this.path('signed.json')
  }

  get genesis(): string {
    return this.path('genesis.json')
  }

  async sign(): Promise<void> {
    for (const id of OPERATORS) await this.cli('manifest', 'sign', this.manifest, '--key', this.path(`${id}.key`))
  }

  /** The next version, with the node that asks. */
  async admit(request: Uint8Array): Promise<void> {
    writeFileSync(this.path('request.json'), request)
    await this.cli('manifest', 'add', this.path('request.json'), '--manifest', this.manifest)
    await this.sign()
  }

  start(): void {
    for (const member of this.#files.members) {
      const documents = ['--genesis-manifest', this.manifest, '--operators', this.path('operators.json')]
      const files = ['--genesis', this.genesis, ...documents]
      const address = ['--listen', member.listen, '--status-listen', '127.0.0.1:0', '--label', member.label]
      const args = ['start', '--data-dir', member.dataDir, ...files, ...address, '--min-window-ms', String(WINDOW_MS)]
      const [program = '', ...words] = [...this.#host.inside, process.execPath, MAIN, ...args]
      const log = openSync(this.path(`${member.label}.log`), 'a')
      this.#children.push(spawn(program, words, { stdio: ['ignore', log, log], env: { PATH: process.env.PATH } }))
    }
  }

  async status(label: string, query: readonly string[] = []): Promise<NodeStatus | undefined> {
    const member = this.#files.members.find((one) => one.label === label)
    const words = ['status', '--data-dir', member?.dataDir ?? '', '--json', ...query]
    const { code, stdout } = await this.#host.runOutside([process.execPath, MAIN, ...words])
    return code === 0 ? (JSON.parse(stdout) as NodeStatus) : undefined
  }

  async reaches(window: number): Promise<void> {
    const deadline = performance.now() + WAIT_MS
    while (((await this.status('moscow'))?.window ?? 0) < window) {
      if (performance.now() > deadline) throw new Error(`the mesh is not at window ${window}: ${this.log('moscow')}`)
    }
  }

  log(label: string): string {
    return readFileSync(this.path(`${label}.log`), 'utf8').slice(-2_000)
  }

  /** Throws with what the command said when it fails. */
  async cli(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#host.runOutside([process.execPath, MAIN, ...words])
    if (code !== 0) throw new Error(`montana ${words.join(' ')}: ${stderr}`)
    return stdout
  }
}
