import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const MOUNT = '/sys/fs/cgroup'
const MIB = 2 ** 20
const PERIOD_US = 100_000
/** Enters the groups whose folders stand before `--`, and becomes what stands behind it. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 78; shift; done; shift; exec "$@"'
const RMDIR_TRIES = 50

let hosts = 0

/** One controller in a group of its own: version 1 has a tree for each, version 2 one for all. */
interface Group {
  readonly folder: string
  readonly settings: Readonly<Record<string, string>>
  /** Where the kernel may not have it: without swap there is none to forbid. */
  readonly optional?: Readonly<Record<string, string>>
}

function groupsV1(name: string, memoryMax: number): Group[] {
  return [
    {
      folder: join(MOUNT, 'memory', name),
      settings: { 'memory.limit_in_bytes': String(memoryMax) },
      optional: { 'memory.swappiness': '0', 'memory.memsw.limit_in_bytes': String(memoryMax) },
    },
    {
      folder: join(MOUNT, 'cpu', name),
      settings: { 'cpu.cfs_period_us': String(PERIOD_US), 'cpu.cfs_quota_us': String(PERIOD_US) },
    },
  ]
}

function groupsV2(name: string, memoryMax: number): Group[] {
  const settings = { 'memory.max': String(memoryMax), 'cpu.max': `${PERIOD_US} ${PERIOD_US}` }
  return [{ folder: join(MOUNT, name), settings, optional: { 'memory.swap.max': '0' } }]
}

/** A control group with the memory and the processor of a small host; gone with the test. */
export class SmallHost {
  /** What starts a command in it. */
  readonly within: readonly string[]
  readonly version: 1 | 2
  readonly #groups: readonly Group[]

  private constructor(version: 1 | 2, groups: readonly Group[]) {
    this.version = version
    this.#groups = groups
    this.within = ['sh', '-c', ENTER, 'enter', ...groups.map(({ folder }) => folder), '--']
  }

  /** Throws where this process may not make one. */
  static make(memoryMaxMib: number): SmallHost {
    const name = `montana-small-${process.pid}-${hosts++}`
    const version = existsSync(join(MOUNT, 'memory')) ? 1 : 2
    const groups = (version === 1 ? groupsV1 : groupsV2)(name, memoryMaxMib * MIB)
    if (version === 2) writeFileSync(join(MOUNT, 'cgroup.subtree_control'), '+memory +cpu')
    for (const group of groups) open(group)
    onTestFinished(async () => {
      for (const { folder } of groups) await remove(folder)
    })
    return new SmallHost(version, groups)
  }

  /** Highest memory of the group so far, page cache included, bytes; null where the kernel does not keep it. */
  get peakBytes(): number | null {
    return this.#read(this.version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak')
  }

  /** Processes that were killed for want of memory. */
  get kills(): number {
    const text = this.#text(this.version === 1 ? 'memory.oom_control' : 'memory.events')
    return Number(/^oom_kill (\d+)$/m.exec(text ?? '')?.[1] ?? 0)
  }

  #read(name: string): number | null {
    const text = this.#text(name)
    return text === undefined ? null : Number(text)
  }

  #text(name: string): string | undefined {
    const file = join(this.#groups[0]?.folder ?? '', name)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
}

/** Why there can be none here; undefined where there can. */
export function whyNoSmallHost(): string | undefined {
  const name = `montana-probe-${process.pid}`
  const version = existsSync(join(MOUNT, 'memory')) ? 1 : 2
  const [first] = (version === 1 ? groupsV1 : groupsV2)(name, 64 * MIB)
  try {
    if (version === 2) writeFileSync(join(MOUNT, 'cgroup.subtree_control'), '+memory +cpu')
    if (first) open(first)
    if (first) rmdirSync(first.folder)
    return undefined
  } catch (error) {
    return `no control group of its own: ${error instanceof Error ? error.message : String(error)}`
  }
}

function open({ folder, settings, optional = {} }: Group): void {
  mkdirSync(folder)
  for (const [name, value] of Object.entries(settings)) writeFileSync(join(folder, name), value)
  for (const [name, value] of Object.entries(optional)) {
    try {
      writeFileSync(join(folder, name), value)
    } catch {
      // This kernel accounts no swap.
    }
  }
}

/** Processes that have ended stay in it for an instant. */
async function remove(folder: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return rmdirSync(folder)
    } catch (error) {
      if (tries === RMDIR_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
