import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { TimeSource } from '@montana/foundation'
import {
  createBareRepository,
  type GithubStand,
  type SshStand,
  startGithubStand,
  startSshd,
} from '@montana/github-stand'
import { createWorkflowRunner } from '@montana/github-stand/runner'
import {
  type GithubTarget,
  type GitTarget,
  githubProvider,
  loadManifest,
  type Manifest,
  type MirrorConfig,
  SENTINEL_SCRIPT,
  SENTINEL_WORKFLOW,
  sentinelScript,
  sentinelWorkflow,
} from '@montana/mirror'
import { MailService } from './mail-service.js'
import { run } from './process.js'
import { Side } from './side.js'

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'deploy', 'examples', 'continuity')
const MAIL_TOKEN = 'token-of-the-mail-service'
const MINUTE_MS = 60_000
const PERMISSIONS = {
  contents: 'write',
  workflows: 'write',
  secrets: 'write',
  variables: 'write',
  actions: 'write',
  administration: 'write',
} as const

/** A primary, a replica on another account and an archive over ssh, all on loopback, with a clock that is moved by hand. */
export class World {
  readonly stand: GithubStand
  readonly ssh: SshStand
  readonly mail: MailService
  readonly folder: string
  readonly primary: Side
  readonly replica: Side
  readonly archive: GitTarget
  readonly manifest: Manifest

  private constructor(
    parts: Pick<World, 'stand' | 'ssh' | 'mail' | 'folder' | 'primary' | 'replica' | 'archive' | 'manifest'>,
  ) {
    this.stand = parts.stand
    this.ssh = parts.ssh
    this.mail = parts.mail
    this.folder = parts.folder
    this.primary = parts.primary
    this.replica = parts.replica
    this.archive = parts.archive
    this.manifest = parts.manifest
  }

  static async open(folder: string): Promise<World> {
    const stand = await startGithubStand()
    const archives = join(folder, 'archives')
    await mkdir(archives, { recursive: true })
    await createBareRepository(join(archives, 'continuity.git'))
    const ssh = await startSshd({ root: archives, folder: join(folder, 'sshd') })
    const mail = await MailService.start(MAIL_TOKEN)
    const primary = await openSide({ stand, name: 'primary', account: 'first', slot: 9 })
    const replica = await openSide({ stand, name: 'replica', account: 'second', slot: 1 })
    const manifest = loadManifest(join(EXAMPLE, 'montana.mirror.json'))
    return new World({ stand, ssh, mail, folder, primary, replica, archive: archiveTarget(ssh), manifest })
  }

  get time(): TimeSource {
    return timeOf(this.stand)
  }

  /** Clone in which the owner of the primary works; its origin is the primary. */
  get source(): string {
    return join(this.folder, 'source')
  }

  get config(): MirrorConfig {
    return {
      enabled: true,
      role: 'MASTER',
      manifestFile: 'montana.mirror.json',
      stateFile: 'state/current.json',
      autoPromote: true,
      fenceSlot: 1,
      permitMs: 30 * MINUTE_MS,
      skewMs: 10 * MINUTE_MS,
      stalenessMs: 180 * MINUTE_MS,
      sentinel: { intervalMs: 30 * MINUTE_MS, threshold: 3 },
      recoveryObservations: 3,
      onRecovery: 'merge',
      resetMode: 'isolated',
      primaryRepository: this.primary.target.repository,
      primaryToken: null,
      alertWebhook: null,
      targets: [this.replica.target, this.archive],
    }
  }

  get values(): ReadonlyMap<string, string> {
    return new Map([
      ['MAIL_TOKEN', MAIL_TOKEN],
      ['MAIL_URL', this.mail.url],
    ])
  }

  /** The example repository on the primary, with its role, secrets and variables. */
  async begin(): Promise<void> {
    const { repository } = this.primary
    await repository.commit({ files: await exampleFiles(), message: 'The service' })
    for (const [name, value] of [
      ['MIRROR_EPOCH', '1'],
      ['MIRROR_ROLE', 'MASTER'],
      ['MIRROR_FENCE_REPO', this.replica.repository.fullName],
      ['ADAPTER_MOCK_MODE', 'false'],
      ['MAIL_URL', this.mail.url],
    ] as const)
      repository.setVariable(name, value)
    repository.setSecret('MAIL_TOKEN', MAIL_TOKEN)
    this.#installGuards()
    await run('git', ['clone', '--quiet', repository.path, this.source], { cwd: this.folder })
  }

  /** What the guard of either side is handed: the primary may write the fence and nothing else of the replica. */
  #installGuards(): void {
    const { account } = this.replica.repository
    const fence = this.stand.createToken({ account: account.login, permissions: { contents: 'write' } })
    this.primary.repository.setSecret('MIRROR_FENCE_TOKEN', fence)
    const own = this.stand.createToken({ account: account.login, permissions: PERMISSIONS })
    this.replica.repository.setSecret('MIRROR_SENTINEL_TOKEN', own)
  }

  async close(): Promise<void> {
    await Promise.all([this.primary.close(), this.replica.close()])
    await Promise.all([this.stand.close(), this.ssh.close(), this.mail.close()])
  }
}

interface SideParts {
  readonly stand: GithubStand
  readonly name: string
  readonly account: string
  readonly slot: number
}

async function openSide({ stand, name, account, slot }: SideParts): Promise<Side> {
  const repository = await stand.createRepository({ owner: account, name: 'continuity' })
  const target: GithubTarget = {
    ...common(slot, name, stand.gitUrl(repository.fullName)),
    type: 'github',
    username: 'x-access-token',
    credential: { kind: 'token', value: stand.createToken({ account, permissions: PERMISSIONS }) },
    repository: { owner: account, name: 'continuity' },
    apiUrl: stand.url,
    syncSecrets: true,
    syncVariables: true,
    promotable: true,
    secrets: new Map(),
    workflowPaths: 'alert',
    sentinelToken: null,
  }
  const time = timeOf(stand)
  const clock = { ...time, sleep: async (ms: number) => void stand.clock.advance(ms) }
  const provider = githubProvider(target, { clock, pace: { writeSpacingMs: 0 } })
  const runner = await createWorkflowRunner({ stand, repository: repository.id })
  return new Side({ name, repository, target, provider, runner })
}

function archiveTarget(ssh: SshStand): GitTarget {
  const credential = { kind: 'ssh', keyPath: ssh.access.keyFile, knownHostsPath: ssh.access.knownHosts } as const
  return { ...common(2, 'archive', ssh.url('continuity.git')), type: 'git', username: ssh.access.user, credential }
}

function common(slot: number, name: string, url: string) {
  const refs = ['refs/heads/*', 'refs/tags/*']
  const pushTimeoutMs = { first: MINUTE_MS, later: MINUTE_MS }
  return {
    slot,
    name,
    url,
    enabled: true,
    caFile: null,
    refs,
    onDiverge: 'refuse',
    lfs: 'auto',
    pushTimeoutMs,
  } as const
}

function timeOf({ clock }: GithubStand): TimeSource {
  return { wallMs: () => clock.nowMs(), monotonicMs: () => clock.nowMs() }
}

async function exampleFiles(): Promise<Record<string, string>> {
  const entries = (await readdir(EXAMPLE, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const files: Record<string, string> = {}
  for (const { parentPath, name } of entries) {
    const path = join(parentPath, name)
    files[relative(EXAMPLE, path)] = await readFile(path, 'utf8')
  }
  return {
    ...files,
    [SENTINEL_WORKFLOW]: sentinelWorkflow({ owner: 'second', name: 'continuity' }),
    [SENTINEL_SCRIPT]: sentinelScript(),
  }
}
