import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DOCUMENT_BYTES_MAX,
  DocumentStore,
  GitFence,
  type Mirror,
  openMirror,
  RefStore,
  recover,
  runSentinelOnce,
  type SentinelReport,
} from '@montana/mirror'
import { run } from './process.js'
import type { Side } from './side.js'
import { Story, type StoryEntry } from './story.js'
import { World } from './world.js'

export interface DemoInit {
  readonly folder: string
  readonly signal: AbortSignal
  readonly onLine?: (line: string) => void
}

export interface DemoResult {
  readonly verdict: 'PASS' | 'FAIL'
  readonly reasons: readonly string[]
  /** Names of the replicas that were promoted. */
  readonly promoted: readonly string[]
  /** Of the fence at the end. */
  readonly epoch: number
  /** Tips that either side ever had and that are not in the history of both now. */
  readonly lostCommits: number
  /** Actions that left more than once. */
  readonly duplicateActions: number
  readonly timeline: readonly StoryEntry[]
}

const INTERVAL_MINUTES = 30
const MINUTE_MS = 60_000
/** 240 min of silence at the defaults, and some turns more. */
const PATIENCE_TURNS = 14

/** A life: edits propagate, the primary dies, one replica is promoted and works, the primary returns, nothing is lost. */
export async function runDemo(init: DemoInit): Promise<DemoResult> {
  const world = await World.open(init.folder)
  try {
    return await new Demo(world, init).run()
  } finally {
    await world.close()
  }
}

class Demo {
  readonly #world: World
  readonly #story: Story
  readonly #signal: AbortSignal
  readonly #promoted: string[] = []
  readonly #tips = new Set<string>()
  readonly #reasons: string[] = []

  constructor(world: World, { signal, onLine }: DemoInit) {
    this.#world = world
    this.#signal = signal
    this.#story = new Story(() => world.time.wallMs(), onLine)
  }

  async run(): Promise<DemoResult> {
    const { primary, replica } = this.#world
    await this.#world.begin()
    const mirror = await this.#openMirror()
    await this.#propagate(mirror)
    await this.#live(mirror)
    await this.#die(primary)
    if (!(await this.#untilPromoted())) return await this.#result()
    await this.#work(replica, 'an hour of work and an edit as temporary primary')
    this.#world.stand.restoreAccount(primary.repository.account.login)
    primary.isDead = false
    this.#story.tell('primary', 'returns', 'its account is there again')
    await this.#return(mirror)
    mirror.close()
    return await this.#result()
  }

  async #openMirror(): Promise<Mirror> {
    const { config, manifest, source, values, folder, primary, time } = this.#world
    const timing = { debounceMs: 0, spacingMs: 0, pollMs: 20 }
    const dataFolder = join(folder, 'data')
    await mkdir(dataFolder, { recursive: true })
    const init = {
      config,
      manifest,
      source,
      values,
      dataFolder,
      primary: primary.provider,
      actor: 'operator',
      time,
      timing,
    }
    return await openMirror(init, this.#signal)
  }

  async #sync(mirror: Mirror, reason: string): Promise<void> {
    const { source } = this.#world
    await run('git', ['pull', '--quiet', '--ff-only'], { cwd: source })
    mirror.enqueue(reason)
    const { jobs } = await mirror.sync(this.#signal)
    const failed = jobs.filter(({ lastErrorCode }) => lastErrorCode !== null)
    const { layers } = mirror.parts.store
    const words = layers.all().map(({ mirror: name, layer, status }) => `${name} ${layer} ${status}`)
    this.#story.tell('primary', 'syncs', words.join(', '))
    for (const { mirror: name, layer, lastErrorCode } of failed)
      this.#reasons.push(`${name} ${layer}: ${lastErrorCode}`)
  }

  async #propagate(mirror: Mirror): Promise<void> {
    await this.#sync(mirror, 'first sync')
    const { replica, primary } = this.#world
    await primary.provider.workflows.set('sentinel.yml', false, this.#signal)
    const names = [...replica.repository.secrets.keys()].join(', ')
    this.#story.tell('replica', 'is configured', `role ${replica.role ?? 'none'}, gates inert, secrets ${names}`)
  }

  /** Ticks, an edit by hand, and what the sentinel makes of it. */
  async #live(mirror: Mirror): Promise<void> {
    const { primary, source } = this.#world
    for (let turn = 0; turn < 2; turn++) {
      await this.#turn([primary])
      await this.#sync(mirror, 'tick')
    }
    await run('git', ['pull', '--quiet', '--ff-only'], { cwd: source })
    await writeFile(join(source, 'edit.txt'), 'written by hand before the death\n')
    await commitAll(source, 'An edit by hand')
    await run('git', ['push', '--quiet'], { cwd: source })
    this.#story.tell('primary', 'is edited', 'edit.txt')
    await this.#sync(mirror, 'edit')
    await this.#sentinel()
  }

  /** With work that no replica has: it can only come back with the primary. */
  async #die(primary: Side): Promise<void> {
    await primary.repository.commit({ files: { 'late.txt': 'never mirrored\n' }, message: 'Just before the death' })
    await this.#remember(primary)
    this.#world.stand.removeAccount(primary.repository.account.login)
    primary.isDead = true
    this.#story.tell('primary', 'dies', 'its account is gone, with a commit that was not mirrored yet')
  }

  async #untilPromoted(): Promise<boolean> {
    for (let turn = 0; turn < PATIENCE_TURNS; turn++) {
      const report = await this.#turn([])
      if (report.promotion === 'done') {
        this.#promoted.push(this.#world.replica.name)
        const steps = report.steps.map(({ step }) => step).join(', ')
        this.#story.tell('replica', 'is promoted', `epoch ${report.epoch}; ${steps}`)
        return true
      }
    }
    this.#reasons.push('nobody was promoted')
    return false
  }

  async #work(side: Side, what: string): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await this.#turn([side])
    await side.repository.commit({
      files: { 'meanwhile.txt': 'written while the primary was away\n' },
      message: 'Meanwhile',
    })
    await this.#remember(side)
    this.#story.tell(side.name, 'works', what)
  }

  /** The fenced primary shows that it lives; the sentinel counts; then the primary takes over again. */
  async #return(mirror: Mirror): Promise<void> {
    const { primary, replica } = this.#world
    for (let turn = 0; turn < PATIENCE_TURNS; turn++) {
      const report = await this.#turn([primary, replica])
      if (report.decision === 'handback-ready') break
    }
    await this.#recover()
    await this.#turn([primary, replica])
    await this.#sync(mirror, 'after the hand-back')
  }

  async #fence(): Promise<GitFence> {
    const { replica, folder } = this.#world
    return new GitFence(await replica.openGit(join(folder, 'fence.git'), this.#signal))
  }

  async #recover(): Promise<void> {
    const { primary, replica, manifest, config, folder, time } = this.#world
    const fence = await this.#fence()
    const end = await recover(
      {
        self: primary.id,
        primary: primary.provider,
        replica: replica.provider,
        fence,
        manifest,
        config,
        branch: 'main',
        folder,
        actor: 'primary',
        isAsked: false,
        // Nothing but runs of workflows acts here.
        isDrained: true,
        time,
        pollMs: 20,
        progress: null,
        save: async () => {},
        onStep: ({ step, outcome, message }) => this.#story.tell('primary', `hand-back ${step}`, message ?? outcome),
      },
      this.#signal,
    )
    if (end.kind !== 'done') this.#reasons.push('the hand-back was taken back')
  }

  /** Half an hour: these sides tick, then the sentinel looks. */
  async #turn(acting: readonly Side[]): Promise<SentinelReport> {
    this.#world.stand.clock.advance(INTERVAL_MINUTES * MINUTE_MS)
    for (const side of acting) {
      const refused = await side.tick()
      await this.#remember(side)
      this.#story.tell(side.name, refused === null ? 'ticks' : 'does nothing', refused ?? '')
    }
    return await this.#sentinel()
  }

  async #sentinel(): Promise<SentinelReport> {
    const { replica, primary, manifest, config, folder, time } = this.#world
    const git = await replica.openGit(join(folder, 'sentinel.git'), this.#signal)
    const ref = { ref: 'refs/montana/sentinel', file: 'sentinel.json', bytesMax: DOCUMENT_BYTES_MAX }
    const { intervalMs, threshold } = config.sentinel
    const { permitMs, skewMs, stalenessMs, recoveryObservations } = config
    const report = await runSentinelOnce(
      {
        self: replica.id,
        replica: replica.provider,
        fence: new GitFence(git),
        git,
        document: new DocumentStore(new RefStore(git, ref)),
        primary: primary.provider.contents,
        manifest,
        stateFile: config.stateFile,
        branch: 'main',
        settings: { permitMs, skewMs, stalenessMs, intervalMs, threshold, recoveryObservations },
        autoPromote: true,
        actor: 'sentinel',
        time,
        pollMs: 50,
        alert: async ({ code, message }) => this.#story.tell('sentinel', code, message),
      },
      this.#signal,
    )
    this.#story.tell('sentinel', report.verdict ?? report.decision, report.explanation)
    return report
  }

  async #remember({ repository }: Side): Promise<void> {
    const tip = await repository.tip()
    if (tip !== undefined) this.#tips.add(tip)
  }

  async #result(): Promise<DemoResult> {
    const { mail } = this.#world
    const lostCommits = await this.#lost()
    const fence = await this.#fence()
    const epoch = (await fence.read(this.#signal))?.record.epoch ?? 0
    const duplicateActions = mail.duplicates().length
    if (lostCommits > 0) this.#reasons.push(`${lostCommits} tips are lost`)
    if (duplicateActions > 0) this.#reasons.push(`sent twice: ${mail.duplicates().join(', ')}`)
    if (this.#promoted.length !== 1) this.#reasons.push(`${this.#promoted.length} replicas were promoted`)
    const sent = mail.sent.filter(({ isCheck }) => !isCheck).map(({ id }) => id)
    this.#story.tell('service', 'has sent', sent.join(', '))
    const verdict = this.#reasons.length === 0 ? 'PASS' : 'FAIL'
    const timeline = this.#story.entries
    return { verdict, reasons: this.#reasons, promoted: this.#promoted, epoch, lostCommits, duplicateActions, timeline }
  }

  /** Tips of either side that the default branch of one of them does not contain. */
  async #lost(): Promise<number> {
    let lost = 0
    for (const { repository } of [this.#world.primary, this.#world.replica]) {
      for (const tip of this.#tips) {
        const args = ['merge-base', '--is-ancestor', tip, 'main']
        const isThere = await run('git', args, { cwd: repository.path }).then(
          () => true,
          () => false,
        )
        if (!isThere) lost++
      }
    }
    return lost
  }
}

async function commitAll(folder: string, message: string): Promise<void> {
  await run('git', ['add', '-A'], { cwd: folder })
  const author = ['-c', 'user.name=operator', '-c', 'user.email=operator@continuity.invalid']
  await run('git', [...author, 'commit', '--quiet', '-m', message], { cwd: folder })
}
