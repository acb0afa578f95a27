import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GithubStand, type StandRepository, startGithubStand } from '@montana/github-stand'
import type { RouteDoc } from '@montana/http'
import fastify, { type FastifyPluginAsync, type RouteOptions } from 'fastify'
import { loadMirrorConfig } from '../../src/config/load.js'
import { loadManifest } from '../../src/config/manifest.js'
import { type MoreOperations, mirrorService } from '../../src/http/mirror-service.js'
import { createMirrorRoutes } from '../../src/http/routes.js'
import type { MirrorRoutesOptions, RoleRequest } from '../../src/http/service.js'
import type { Mirror } from '../../src/service/mirror.js'
import { githubProvider, openMirror } from '../../src/service/open.js'
import { primaryTarget } from '../../src/service/primary-target.js'
import type { RemoveRequest } from '../../src/service/remove.js'
import { SENTINEL_WORKFLOW, sentinelWorkflow } from '../../src/workflows/sentinel-workflow.js'
import { git, refsOf } from '../push/support/repositories.js'
import { ALL_PERMISSIONS, clockOf } from '../support/on-stand.js'
import { EXAMPLE } from '../support/role-world.js'
import { removeReport, roleReport } from './reports.js'

export const TOKEN = 'console-token-of-the-test-0123456789'
/** Value of a copied secret and of the webhook: must be in no answer. */
export const MAIL_TOKEN = 'value-of-the-mail-token-5f2b'
export const WEBHOOK = 'https://alerts.example/hook/8c1d0f'
const SLOW_MS = 60_000

export interface Registered {
  readonly method: string
  readonly url: string
  /** What it says of itself. */
  readonly doc: RouteDoc | undefined
}

/** A server that listens with the routes below it. */
export interface Mounted {
  readonly port: number
  close(): Promise<unknown>
}
export type Mount = (routes: FastifyPluginAsync) => Promise<Mounted>

type More = MoreOperations | null | ((world: HttpWorld) => MoreOperations)

/** A primary with a replica account and an archive, all real, and its routes on a bare server. */
export class HttpWorld {
  readonly stand: GithubStand
  readonly root = mkdtempSync(join(tmpdir(), 'montana-routes-'))
  readonly source = join(this.root, 'source')
  readonly archive = join(this.root, 'archive.git')
  readonly envFile = join(this.root, '.env')
  readonly registered: Registered[] = []
  /** What the operations of others were asked for. */
  readonly asked: (readonly [string, string, RoleRequest | RemoveRequest])[] = []
  /** Responses of the stream of events. */
  readonly streams: ServerResponse[] = []
  replica!: StandRepository
  primary!: StandRepository
  mirror!: Mirror
  app!: Mounted
  /** Of the primary and of the replica. */
  tokens: readonly string[] = []

  private constructor(stand: GithubStand) {
    this.stand = stand
  }

  /** Null: without the operations that change roles or configuration; a function: with its own only. Close it at the end. */
  static async open(
    more: More = {},
    options: Partial<MirrorRoutesOptions> = {},
    mount: Mount = onBareServer,
  ): Promise<HttpWorld> {
    const world = new HttpWorld(await startGithubStand())
    await world.#repositories()
    world.mirror = await world.#openMirror()
    await world.#listen(more, options, mount)
    return world
  }

  get port(): number {
    return this.app.port
  }

  async close(): Promise<void> {
    await this.app.close()
    this.mirror.close()
    await this.stand.close()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }

  /** Brings all in step; the fence has its first record then. */
  async sync(): Promise<void> {
    this.mirror.enqueue('first')
    await this.mirror.sync(new AbortController().signal)
  }

  /** Somebody else's ref on the replica. */
  async updateRef(ref: string, tip: string): Promise<void> {
    git(this.replica.path, 'update-ref', ref, tip)
  }

  async epoch(): Promise<number> {
    const entry = await this.mirror.parts.fence?.read(new AbortController().signal)
    if (!entry) throw new Error('the fence has no record')
    return entry.record.epoch
  }

  /** Everything that a mutation could change, on either side. */
  async everything(): Promise<unknown> {
    const { store } = this.mirror.parts
    const notes = ['http-jobs', 'http-answers', 'paused'].map((name) => store.notes.get(name))
    return {
      ...{ notes, jobs: store.jobs.all(), layers: store.layers.all(), event: store.events.lastId() },
      ...{ audit: store.audit.latest(1_000), archive: refsOf(this.archive), asked: this.asked.length },
      replica: refsOf(this.replica.path),
      variables: [...this.replica.variables],
      writes: this.stand.requests.lines().filter((line) => !/^(?:GET|HEAD) /.test(line) && !line.includes('git-'))
        .length,
    }
  }

  async #repositories(): Promise<void> {
    cpSync(EXAMPLE, this.source, { recursive: true })
    writeFileSync(join(this.source, SENTINEL_WORKFLOW), sentinelWorkflow({ owner: 'second', name: 'continuity' }))
    git(this.root, 'init', '--quiet', '--bare', '--initial-branch=main', this.archive)
    git(this.source, 'init', '--quiet', '--initial-branch=main')
    git(this.source, 'add', '--all')
    git(this.source, 'commit', '--quiet', '-m', 'The service')
    this.replica = await this.stand.createRepository({ owner: 'second', name: 'continuity' })
    this.primary = await this.stand.createRepository({ owner: 'first', name: 'continuity' })
    const permissions = ALL_PERMISSIONS
    this.tokens = ['first', 'second'].map((account) => this.stand.createToken({ account, permissions }))
  }

  async #openMirror(): Promise<Mirror> {
    this.#writeEnv()
    const config = loadMirrorConfig({ environment: {}, envFile: this.envFile })
    const target = primaryTarget(config, this.stand.url)
    const modules = { clock: clockOf(this.stand), pace: { retryUnitMs: 1, writeSpacingMs: 0 } }
    const primary = target && githubProvider(target, modules)
    const manifest = loadManifest(join(this.source, 'montana.mirror.json'))
    const values = new Map(Object.entries({ MAIL_TOKEN, MAIL_URL: 'https://mail.example' }))
    const dataFolder = join(this.root, 'data')
    // What waits between two runs of a target is the queue's own to test.
    const timing = { debounceMs: 0, spacingMs: 0, pollMs: 50 }
    const init = {
      config,
      manifest,
      source: this.source,
      dataFolder,
      values,
      actor: 'page',
      primary,
      timing,
      ...modules,
    }
    return await openMirror(init, AbortSignal.timeout(SLOW_MS))
  }

  #writeEnv(): void {
    const [primary = '', replica = ''] = this.tokens
    const values = {
      ...{ MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', MASTER_REPO: 'first/continuity', MASTER_TOKEN: primary },
      ...{ MIRROR_1_NAME: 'backup', MIRROR_1_REPO: 'second/continuity', MIRROR_1_TOKEN: replica },
      ...{ MIRROR_1_API_URL: this.stand.url, MIRROR_1_URL: this.stand.gitUrl(this.replica.fullName) },
      ...{ MIRROR_2_TYPE: 'git', MIRROR_2_NAME: 'archive', MIRROR_2_URL: this.archive, MIRROR_ALERT_WEBHOOK: WEBHOOK },
    }
    const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`)
    writeFileSync(this.envFile, lines.join(''), { mode: 0o600 })
  }

  async #listen(more: More, options: Partial<MirrorRoutesOptions>, mount: Mount): Promise<void> {
    const noted =
      <T>(kind: string, report: (mirror: string) => T) =>
      async (mirror: string, request: RoleRequest | RemoveRequest) => {
        this.asked.push([kind, mirror, request])
        return report(mirror)
      }
    const roles = { promote: noted('promote', roleReport), demote: noted('demote', roleReport) }
    const own = typeof more === 'function' ? more(this) : { ...roles, remove: noted('remove', removeReport), ...more }
    const service = mirrorService(this.mirror, more === null ? {} : own)
    const routes = createMirrorRoutes(service, { token: TOKEN, pollMs: 20, heartbeatMs: 60, ...options })
    this.app = await mount(async (app) => {
      app.addHook('onRoute', ({ method, url, config }: RouteOptions) => {
        for (const one of [method].flat()) this.registered.push({ method: one, url, doc: config?.doc })
      })
      app.addHook('onRequest', async ({ url }, { raw }) => {
        if (url.startsWith('/api/mirrors/events')) this.streams.push(raw)
      })
      await app.register(routes)
    })
  }
}

async function onBareServer(routes: FastifyPluginAsync): Promise<Mounted> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(routes)
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  return { port: Number(port), close: () => app.close() }
}
