import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackDebian } from './debian.js'

/** The first process in there: takes orphans in as an init does, and ends, and with it all, when this one does. */
const INIT = 'cat >/dev/null'
const PREPARE = `
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$1/dev/pts"
ip link set lo up
`

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/**
 * A clean Debian in a folder, with process, mount and network namespaces of its own: its only network is its loop.
 * Everything in it ends with {@link close}.
 */
export class CleanHost {
  readonly folder: string
  readonly root: string
  readonly #init: ChildProcess
  readonly #pid: number

  private constructor(folder: string, init: ChildProcess, pid: number) {
    this.folder = folder
    this.root = join(folder, 'root')
    this.#init = init
    this.#pid = pid
  }

  static async create(): Promise<CleanHost> {
    const folder = mkdtempSync(join(tmpdir(), 'montana-onboarding-'))
    const root = join(folder, 'root')
    unpackDebian(root)
    const unshare = ['--fork', '--pid', '--mount', '--net', '--uts', '--kill-child=SIGKILL', '--']
    const script = `hostname newcomer\n${PREPARE}\necho ready\nexec sh -c '${INIT}'`
    const init = spawn('unshare', [...unshare, 'sh', '-ec', script, 'sh', root], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve, reject) => {
      init.stdout?.once('data', () => resolve())
      init.once('exit', (code) => reject(new Error(`the namespace ended with ${code}`)))
    })
    const children = readFileSync(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8')
    return new CleanHost(folder, init, Number(children.trim()))
  }

  /** Words in front of a command that make it run in the namespaces, on the files of the machine. */
  get inside(): string[] {
    return ['nsenter', '--target', String(this.#pid), '--pid', '--net', '--uts', '--mount', '--']
  }

  /** As root on the clean Debian; never rejects for what the command says. */
  async run(command: readonly string[], { env = {}, input = '' }: RunOptions = {}): Promise<Ran> {
    const clean = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root']
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const [program = '', ...args] = [...this.inside, 'chroot', this.root, ...clean, ...settings, ...command]
    return await finished(spawn(program, args, { stdio: 'pipe', detached: true }), input)
  }

  /** In the namespaces, on the files of the machine. */
  async runOutside(command: readonly string[]): Promise<Ran> {
    const [program = '', ...args] = [...this.inside, ...command]
    return await finished(spawn(program, args, { stdio: 'pipe' }), '')
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#init.once('close', resolve))
    this.#init.kill('SIGKILL')
    await gone
    spawnSync('sync', ['-f', this.folder])
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

async function finished(child: ChildProcess, input: string): Promise<Ran> {
  const startedMs = performance.now()
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout, stderr, durationMs: performance.now() - startedMs }
}
