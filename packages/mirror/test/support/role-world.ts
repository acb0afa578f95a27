import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type GithubStand, type RunConclusion, type StandRepository, startGithubStand } from '@montana/github-stand'
import { onTestFinished } from 'vitest'
import { loadManifest } from '../../src/config/manifest.js'
import type { Manifest } from '../../src/contracts/config.js'
import type { FenceRecord } from '../../src/contracts/fence.js'
import { firstRecord } from '../../src/decide/fence-rules.js'
import { HANDBACK, type HandbackProgress } from '../../src/decide/handback.js'
import { startProgress } from '../../src/decide/steps.js'
import { GitFence } from '../../src/fence/git-fence.js'
import { RefStore } from '../../src/fence/ref-store.js'
import { openRemoteGit } from '../../src/fence/remote-git.js'
import { sign } from '../../src/fence/sign.js'
import { guard } from '../../src/guard/guard.js'
import { Handback } from '../../src/handback/handback.js'
import { createGithubProvider, type GithubProvider } from '../../src/providers/github/provider.js'
import { createGitAccess } from '../../src/push/access.js'
import { runTransaction, type StepRecord } from '../../src/roles/transaction.js'
import { DOCUMENT_BYTES_MAX } from '../../src/sentinel/document.js'
import { DocumentStore } from '../../src/sentinel/document-store.js'
import { runSentinelOnce } from '../../src/sentinel/run-once.js'
import type { Alert, SentinelReport } from '../../src/sentinel/types.js'
import { SENTINEL_WORKFLOW, sentinelWorkflow } from '../../src/workflows/sentinel-workflow.js'
import { githubTarget } from './github-target.js'

export const EXAMPLE = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'examples', 'continuity')
export const MINUTE_MS = 60_000
const STATE = 'state/current.json'
const SETTINGS = { permitMs: 30 * MINUTE_MS, skewMs: 10 * MINUTE_MS, stalenessMs: 180 * MINUTE_MS }
const SENTINEL = { ...SETTINGS, intervalMs: 30 * MINUTE_MS, threshold: 3, recoveryObservations: 3 }
const PERMISSIONS = {
  contents: 'write',
  workflows: 'write',
  secrets: 'write',
  variables: 'write',
  actions: 'write',
  administration: 'write',
} as const

export interface Side {
  readonly repository: StandRepository
  readonly provider: GithubProvider
  readonly id: string
}

/** A primary and a replica of the example repository on one stand, configured, with the fence on the replica. */
export class RoleWorld {
  readonly stand: GithubStand
  readonly folder = mkdtempSync(join(tmpdir(), 'montana-roles-'))
  readonly alerts: Alert[] = []
  /** How every run ends at once; null leaves runs to a runner. */
  check: RunConclusion | null = 'success'
  primary!: Side
  replica!: Side
  manifest!: Manifest
  readonly signal = new AbortController().signal
  /** By how much the wall clocks of all hosts are ahead of the provider's. */
  aheadMs = 0
  #handback: HandbackProgress | undefined

  private constructor(stand: GithubStand) {
    this.stand = stand
  }

  static async open(): Promise<RoleWorld> {
    const world = new RoleWorld(await startGithubStand())
    onTestFinished(async () => {
      await world.stand.close()
      rmSync(world.folder, { recursive: true, force: true })
    })
    world.manifest = await loadManifest(join(EXAMPLE, 'montana.mirror.json'))
    world.primary = await world.#side('first', 1)
    world.replica = await world.#side('second', 2)
    await world.#configure()
    return world
  }

  get time() {
    const { clock } = this.stand
    return { wallMs: () => clock.nowMs() + this.aheadMs, monotonicMs: () => clock.nowMs() }
  }

  async fence(): Promise<GitFence> {
    return new GitFence(await this.git(this.replica, 'fence'))
  }

  async git({ provider }: Side, use: string) {
    const folder = join(this.folder, use)
    return await openRemoteGit({ folder, access: (signal) => provider.gitAccess(signal) }, this.signal)
  }

  /** What the first step of each guarded job does; a tick of a side that may act leaves its heartbeat and an action. */
  async tick(side: Side, action?: string): Promise<boolean> {
    const role = side.repository.variables.get('MIRROR_ROLE') as 'MASTER' | 'SLAVE' | 'TEMPORARY_MASTER'
    const settings = { enabled: true, autoPromote: true, permitMs: SETTINGS.permitMs }
    const fence = await this.fence()
    const values = Object.fromEntries(side.repository.variables)
    const told = { autoPromote: null, permitMs: SETTINGS.permitMs, gates: this.manifest.gates, values }
    const rest = { actor: side.id, nonce: null, skewMs: SETTINGS.skewMs, time: this.time }
    const init = { fence, self: side.id, role, settings, told, ...rest }
    const { permission } = await guard(init, this.signal)
    if (permission.act) await this.work(side, action)
    else if (side === this.primary) await this.returned()
    return permission.act
  }

  async work(side: Side, action?: string): Promise<void> {
    const state = JSON.parse(await this.show(side, STATE))
    const at = new Date(this.stand.clock.nowMs()).toISOString()
    const ledger = await this.show(side, 'state/actions.ndjson')
    const line = action === undefined ? '' : `${JSON.stringify({ id: action, at })}\n`
    const files = {
      [STATE]: `${JSON.stringify({ ...state, meta: { ...state.meta, updated_at_iso: at } }, null, 2)}\n`,
      'state/actions.ndjson': `${ledger}${line}`,
    }
    await side.repository.commit({ files, message: `Tick ${at}` })
  }

  /** The fenced primary shows that it lives. */
  async returned(): Promise<void> {
    const fence = await this.fence()
    const head = (await this.primary.repository.tip()) ?? ''
    await fence.writeReturn(
      { head, at: new Date(this.stand.clock.nowMs()).toISOString(), nonce: `n${this.stand.clock.nowMs()}` },
      this.signal,
    )
  }

  /** `onStep` may throw: the run then ends as if its process had been killed between the step and its record. */
  async sentinel(onStep?: (record: StepRecord) => void): Promise<SentinelReport> {
    const git = await this.git(this.replica, 'sentinel')
    const ref = { ref: 'refs/montana/sentinel', file: 'sentinel.json', bytesMax: DOCUMENT_BYTES_MAX }
    const init = {
      self: this.replica.id,
      replica: this.replica.provider,
      fence: await this.fence(),
      git,
      document: new DocumentStore(new RefStore(git, ref)),
      primary: this.primary.provider.contents,
      manifest: this.manifest,
      stateFile: STATE,
      branch: 'main',
      settings: SENTINEL,
      autoPromote: true,
      actor: 'sentinel',
      time: this.time,
      pollMs: 5,
      alert: async (alert: Alert) => void this.alerts.push(alert),
      ...(onStep && { onStep }),
    }
    return await runSentinelOnce(init, this.signal)
  }

  /** Goes on where the last call ended. */
  async recover(onRecovery: 'merge' | 'rescue' = 'merge', onStep?: (record: StepRecord) => void, isDrained = true) {
    const fence = await this.fence()
    const entry = await fence.read(this.signal)
    if (entry === null) throw new Error('no record')
    const both = join(this.folder, 'both')
    const open = (side: Side) =>
      openRemoteGit({ folder: both, access: (stop) => side.provider.gitAccess(stop) }, this.signal)
    const handback = new Handback({
      self: this.primary.id,
      primary: this.primary.provider,
      replica: this.replica.provider,
      sides: { primary: await open(this.primary), replica: await open(this.replica) },
      fence,
      entry,
      manifest: this.manifest,
      stateFile: STATE,
      branch: 'main',
      onRecovery,
      skewMs: SETTINGS.skewMs,
      isDrained,
      actor: 'primary',
      time: this.time,
      pollMs: 5,
    })
    this.#handback ??= startProgress(this.stand.clock.nowMs())
    const save = async (progress: HandbackProgress) => {
      this.#handback = progress
    }
    const rest = { save, wallMs: () => this.stand.clock.nowMs(), ...(onStep && { onStep }) }
    return await runTransaction({ plan: HANDBACK, progress: this.#handback, effects: handback, ...rest }, this.signal)
  }

  async show({ repository }: Side, path: string): Promise<string> {
    const { stdout } = await (await this.git(this.primary, 'show')).run(
      ['--git-dir', repository.path, 'show', `main:${path}`],
      { signal: this.signal },
    )
    return stdout
  }

  /** Until the next look of the sentinel promotes. */
  async silence(): Promise<void> {
    await this.sentinel()
    for (let turn = 0; turn < 7; turn++) {
      this.advance(30)
      await this.sentinel()
    }
    this.advance(30)
  }

  async record(): Promise<FenceRecord> {
    const entry = await (await this.fence()).read(this.signal)
    if (entry === null) throw new Error('the fence has no record')
    return entry.record
  }

  advance(minutes: number): void {
    this.stand.clock.advance(minutes * MINUTE_MS)
  }

  async #side(owner: string, slot: number): Promise<Side> {
    const repository = await this.stand.createRepository({ owner, name: 'continuity' })
    const value = this.stand.createToken({ account: owner, permissions: PERMISSIONS })
    const target = githubTarget({
      slot,
      apiUrl: this.stand.url,
      url: this.stand.gitUrl(repository.fullName),
      repository: { owner, name: 'continuity' },
      credential: { kind: 'token', value },
    })
    const clock = { ...this.time, sleep: async (ms: number) => void this.stand.clock.advance(ms) }
    const provider = createGithubProvider(target, {
      clock,
      access: createGitAccess,
      pace: { retryUnitMs: 1, writeSpacingMs: 0 },
    })
    repository.runs.onChange(({ id, status }) => {
      const { check } = this
      if (status === 'queued' && check !== null) setTimeout(() => repository.runs.complete(id, check), 1)
    })
    return { repository, provider, id: `github:${repository.id}` }
  }

  async #configure(): Promise<void> {
    const files = exampleFiles()
    await this.primary.repository.commit({ files })
    await this.work(this.primary, 'reminder-1')
    const git = await this.git(this.replica, 'seed')
    await git.run(['fetch', '--quiet', this.primary.repository.path, 'main'], { signal: this.signal })
    await git.run(['push', '--quiet', git.url, 'FETCH_HEAD:refs/heads/main'], { signal: this.signal })
    this.replica.repository.setSecret('MAIL_TOKEN', 'secret of the mail service')
    for (const [side, role, mock] of [
      [this.primary, 'MASTER', 'false'],
      [this.replica, 'SLAVE', 'true'],
    ] as const) {
      await side.provider.variables.put('MIRROR_ROLE', role, this.signal)
      await side.provider.variables.put('ADAPTER_MOCK_MODE', mock, this.signal)
      await side.provider.variables.put('MIRROR_EPOCH', '1', this.signal)
    }
    for (const { file, replica } of this.manifest.workflows)
      await this.replica.provider.workflows.set(file, replica, this.signal)
    await this.primary.provider.workflows.set('sentinel.yml', false, this.signal)
    const content = { tips: {}, gates: { ADAPTER_MOCK_MODE: 'false' }, autoPromote: true, permitMinutes: 30 }
    const record = firstRecord(this.primary.id, content, sign('operator', 'first', this.stand.clock.nowMs()))
    await (await this.fence()).swap(null, record, this.signal)
  }
}

function exampleFiles(): Record<string, string> {
  const entries = readdirSync(EXAMPLE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  const files = Object.fromEntries(paths.map((path) => [relative(EXAMPLE, path), readFileSync(path, 'utf8')]))
  return { ...files, [SENTINEL_WORKFLOW]: sentinelWorkflow({ owner: 'second', name: 'continuity' }) }
}
