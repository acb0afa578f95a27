import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Console, startConsole } from '@montana/console'
import { type GithubStand, type StandRepository, startGithubStand } from '@montana/github-stand'
import {
  createMirrorRoutes,
  githubProvider,
  loadManifest,
  loadMirrorConfig,
  type ManagedMirror,
  type Mirror,
  manageMirror,
  openMirror,
  primaryTarget,
  SENTINEL_WORKFLOW,
  sentinelWorkflow,
} from '@montana/mirror'

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const AUTHOR = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
export const PERMISSIONS = {
  contents: 'write',
  workflows: 'write',
  secrets: 'write',
  variables: 'write',
  actions: 'write',
  administration: 'write',
} as const
const VALUES = { MAIL_TOKEN: 'value-of-the-mail-token-5f2b', MAIL_URL: 'https://mail.example' }

export const TOKEN = 'console-token-of-the-test-0123456789'
export const REPLICA = 'second/continuity'

/** A primary without a mirror, an account for a replica, a folder for an archive, and the page about them: all real. */
export class MirrorWorld {
  readonly root = mkdtempSync(join(tmpdir(), 'montana-page-'))
  readonly source = join(this.root, 'source')
  readonly archive = join(this.root, 'archive.git')
  readonly envFile = join(this.root, '.env')
  stand!: GithubStand
  primary!: StandRepository
  replica!: StandRepository
  mirror!: Mirror
  console!: Console
  /** Token of the replica's account with everything, and one without the right to write secrets. */
  tokens!: { readonly whole: string; readonly weak: string }
  #managed!: ManagedMirror

  /** What stands in the configuration already: the replica as the mirror `backup`, the folder as `archive`. */
  static async open({ isMirrored = false, isArchived = false } = {}): Promise<MirrorWorld> {
    const world = new MirrorWorld()
    world.stand = await startGithubStand()
    await world.#repositories()
    const { tokens, stand } = world
    if (isMirrored) world.#configure(1, { NAME: 'backup', REPO: REPLICA, TOKEN: tokens.whole, API_URL: stand.url })
    if (isArchived) world.#configure(2, { NAME: 'archive', TYPE: 'git', URL: world.archive })
    await world.start()
    return world
  }

  get url(): string {
    return this.console.url
  }

  /** The console with its mirror, as `montana console --mirror-source` starts it; each start may have a token of its own. */
  async start(port = 0, token = TOKEN): Promise<void> {
    const clock = this.#clock()
    const pace = { retryUnitMs: 1, writeSpacingMs: 0 }
    const config = loadMirrorConfig({ environment: {}, envFile: this.envFile })
    const target = primaryTarget(config, this.stand.url)
    const dataFolder = join(this.root, 'data')
    this.mirror = await openMirror(
      {
        ...{ config, source: this.source, dataFolder, envFile: this.envFile, actor: 'operator', clock, pace },
        manifest: loadManifest(join(this.source, 'montana.mirror.json')),
        values: new Map(Object.entries(VALUES)),
        primary: target && githubProvider(target, { clock, pace }),
        timing: { debounceMs: 0, spacingMs: 0, pollMs: 50 },
      },
      AbortSignal.timeout(60_000),
    )
    const place = { envFile: this.envFile, environment: VALUES, dataFolder, apiUrl: this.stand.url }
    this.#managed = manageMirror(this.mirror, { ...place, clock, pace, pollMs: 5, againMs: 100 })
    const mirrors = createMirrorRoutes(this.#managed.service, { token })
    this.console = await startConsole({
      nodes: [],
      soakPath: join(this.root, 'soak.jsonl'),
      port,
      token,
      mirrors,
    })
  }

  /** The console again at its address, by other keys; null takes one away. */
  async restart(keys: Readonly<Record<string, string | null>>): Promise<void> {
    const port = Number(new URL(this.url).port)
    await this.stop()
    const kept = readFileSync(this.envFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !Object.hasOwn(keys, line.slice(0, line.indexOf('='))))
    const given = Object.entries(keys).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
    writeFileSync(this.envFile, [...kept, ...given, ''].join('\n'), { mode: 0o600 })
    await this.start(port)
  }

  async stop(): Promise<void> {
    await this.console.stop()
    await this.#managed.stop()
    this.mirror.close()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.stand.close()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }

  git(folder: string, ...args: string[]): string {
    return execFileSync('git', [...AUTHOR, ...args], { cwd: folder, encoding: 'utf8' }).trim()
  }

  /** In the source and on the primary, whose own commits come along first. */
  commit(message: string, files: Readonly<Record<string, string>> = {}): string {
    const hasCommits = this.git(this.primary.path, 'for-each-ref') !== ''
    if (hasCommits) this.git(this.source, 'pull', '--quiet', '--ff-only', this.primary.path, 'main')
    const all = { 'edit.txt': `${message}\n`, ...files }
    for (const [path, text] of Object.entries(all)) writeFileSync(join(this.source, path), text)
    this.git(this.source, 'add', '--all')
    this.git(this.source, 'commit', '--quiet', '-m', message)
    this.git(this.source, 'push', '--quiet', this.primary.path, 'main')
    return this.git(this.source, 'rev-parse', 'HEAD')
  }

  /** Work of somebody else on the main branch of a bare repository; gives the tip before. */
  diverge(folder: string): string {
    const before = this.git(folder, 'rev-parse', 'main')
    const foreign = this.git(folder, 'commit-tree', '-p', 'main', '-m', 'Foreign work', 'main^{tree}')
    this.git(folder, 'update-ref', 'refs/heads/main', foreign)
    return before
  }

  /** The owner writes the history of main anew, on the primary too; gives the new tip. */
  rewrite(): string {
    const tip = this.git(this.source, 'commit-tree', 'main^{tree}', '-m', 'Anew')
    this.git(this.source, 'update-ref', 'refs/heads/main', tip)
    this.git(this.source, 'push', '--quiet', '--force', this.primary.path, 'main')
    return tip
  }

  #configure(slot: number, keys: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(keys)) appendFileSync(this.envFile, `MIRROR_${slot}_${key}=${value}\n`)
  }

  async #repositories(): Promise<void> {
    cpSync(EXAMPLE, this.source, { recursive: true })
    writeFileSync(join(this.source, SENTINEL_WORKFLOW), sentinelWorkflow({ owner: 'second', name: 'continuity' }))
    this.git(this.root, 'init', '--quiet', '--bare', '--initial-branch=main', this.archive)
    this.git(this.source, 'init', '--quiet', '--initial-branch=main')
    this.primary = await this.stand.createRepository({ owner: 'first', name: 'continuity' })
    this.replica = await this.stand.createRepository({ owner: 'second', name: 'continuity' })
    this.commit('The service')
    this.primary.setVariable('MIRROR_ROLE', 'MASTER')
    for (const { runs } of [this.primary, this.replica])
      runs.onChange(({ id, status }) => {
        if (status === 'queued') setTimeout(() => runs.complete(id, 'success'), 1)
      })
    const { secrets: _, ...weak } = PERMISSIONS
    const create = (account: string, permissions: Partial<typeof PERMISSIONS>) =>
      this.stand.createToken({ account, permissions })
    this.tokens = { whole: create('second', PERMISSIONS), weak: create('second', weak) }
    const own = create('first', PERMISSIONS)
    const keys = { MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', MASTER_REPO: 'first/continuity', MASTER_TOKEN: own }
    const lines = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`)
    writeFileSync(this.envFile, lines.join(''), { mode: 0o600 })
  }

  /** A wait moves the clock of the stand: spaced writes take no time and count for its limits all the same. */
  #clock() {
    const { clock } = this.stand
    return {
      wallMs: () => clock.nowMs(),
      monotonicMs: () => clock.nowMs(),
      sleep: async (ms: number, signal: AbortSignal) => {
        signal.throwIfAborted()
        clock.advance(ms)
      },
    }
  }
}
