import { readdir, readFile, stat, statfs } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DATABASE_FILE } from '@montana/store'
import type { NodeStatus } from './schema.js'

type Resources = NodeStatus['res']

/** Resolution of the event-loop delay sampler; the delay it reports is what exceeds this. */
const LOOP_RESOLUTION_MS = 5
const NS_PER_MS = 1e6
const KIB = 1024

/** Samples the process and its host. What cannot be read is null, because zero would be a claim. */
export class ResourceSampler {
  readonly #dataDir: string
  readonly #loop: ReturnType<typeof monitorEventLoopDelay>
  #lastStat: { total: number; steal: number } | undefined
  #sample: Resources | undefined
  #storeBytes: number | null = null

  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
    this.#loop.enable()
  }

  /** The latest sample; status pages are assembled from memory. */
  get latest(): Resources {
    return { ...(this.#sample ?? emptyResources()), eld_p99_ms: this.loopDelayP99Ms }
  }

  /** Length of the store and of its log, bytes. */
  get storeBytes(): number | null {
    return this.#storeBytes
  }

  /** p99 of the time by which timers came late since the last {@link resetLoopDelay}, ms. */
  get loopDelayP99Ms(): number | null {
    const p99 = this.#loop.percentile(99) / NS_PER_MS
    return this.#loop.count === 0 ? null : Math.max(0, Math.round((p99 - LOOP_RESOLUTION_MS) * 1000) / 1000)
  }

  resetLoopDelay(): void {
    this.#loop.reset()
  }

  close(): void {
    this.#loop.disable()
  }

  async refresh(): Promise<void> {
    const [memory, status, rollup, disk, fds, psi, steal] = await Promise.all([
      readFields('/proc/meminfo'),
      readFields('/proc/self/status'),
      readFields('/proc/self/smaps_rollup'),
      statfs(this.#dataDir).catch(() => undefined),
      readdir('/proc/self/fd').catch(() => undefined),
      readPressure(),
      this.#readSteal(),
    ])
    this.#storeBytes = await this.#readStoreBytes()
    const total = memory.get('MemTotal') ?? null
    const available = memory.get('MemAvailable') ?? null
    const { user, system } = process.cpuUsage()
    this.#sample = {
      load1: loadavg()[0] ?? null,
      cores: cpus().length,
      mem_total: total,
      mem_used: total !== null && available !== null ? total - available : null,
      swap_used: (memory.get('SwapTotal') ?? 0) - (memory.get('SwapFree') ?? 0),
      rss: status.get('VmRSS') ?? process.memoryUsage.rss(),
      pss: rollup.get('Pss') ?? null,
      vmswap: status.get('VmSwap') ?? null,
      ...(await readCgroup()),
      cpu_s: (user + system) / 1e6,
      eld_p99_ms: null,
      fds: fds?.length ?? null,
      disk_free: disk ? disk.bavail * disk.bsize : null,
      disk_total: disk ? disk.blocks * disk.bsize : null,
      inodes_free: disk?.ffree ?? null,
      inodes_total: disk?.files ?? null,
      psi,
      steal_pct: steal,
    }
  }

  async #readStoreBytes(): Promise<number | null> {
    const files = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((name) => join(this.#dataDir, name))
    const sizes = await Promise.all(files.map((file) => stat(file).catch(() => undefined)))
    return sizes[0] ? sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0) : null
  }

  /** Part of the host's CPU time that the hypervisor gave to others since the last sample, percent. */
  async #readSteal(): Promise<number | null> {
    const text = await readText('/proc/stat')
    const ticks = text?.split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number)
    if (!ticks) return null
    const now = { total: ticks.reduce((sum, value) => sum + value, 0), steal: ticks[7] ?? 0 }
    const before = this.#lastStat
    this.#lastStat = now
    if (!before || now.total === before.total) return null
    return Math.round((1000 * (now.steal - before.steal)) / (now.total - before.total)) / 10
  }
}

async function readText(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined)
}

/** `Name:  123 kB` lines → bytes. */
async function readFields(path: string): Promise<Map<string, number>> {
  const text = (await readText(path)) ?? ''
  const lines = text.matchAll(/^(\w+):\s+(\d+) kB$/gm)
  return new Map([...lines].map(([, name, value]) => [name ?? '', Number(value) * KIB]))
}

/** Share of the last ten seconds in which work waited for a resource, percent. */
async function readPressure(): Promise<Resources['psi']> {
  const read = async (resource: string, kind: string) => {
    const text = await readText(`/proc/pressure/${resource}`)
    const value = new RegExp(`^${kind} avg10=([\\d.]+)`, 'm').exec(text ?? '')?.[1]
    return value === undefined ? null : Number(value)
  }
  const [cpu_some, mem_some, mem_full, io_some, io_full] = await Promise.all([
    read('cpu', 'some'),
    read('memory', 'some'),
    read('memory', 'full'),
    read('io', 'some'),
    read('io', 'full'),
  ])
  return { cpu_some, mem_some, mem_full, io_some, io_full }
}

/** cgroup v2, else v1; null in the root group or outside any. */
async function readCgroup(): Promise<{ cg_current: number | null; cg_swap: number | null }> {
  const path = /^0::(.+)$/m.exec((await readText('/proc/self/cgroup')) ?? '')?.[1]
  const number = async (file: string) => {
    const value = Number((await readText(file))?.trim() || Number.NaN)
    return Number.isFinite(value) ? value : null
  }
  const v2 = await number(`/sys/fs/cgroup${path}/memory.current`)
  if (v2 !== null) return { cg_current: v2, cg_swap: await number(`/sys/fs/cgroup${path}/memory.swap.current`) }
  return { cg_current: await number('/sys/fs/cgroup/memory/memory.usage_in_bytes'), cg_swap: null }
}

function emptyResources(): Resources {
  const psi = { cpu_some: null, mem_some: null, mem_full: null, io_some: null, io_full: null }
  const memory = { load1: null, cores: cpus().length, mem_total: null, mem_used: null, swap_used: null, rss: null }
  const process = { pss: null, vmswap: null, cg_current: null, cg_swap: null, cpu_s: null, eld_p99_ms: null, fds: null }
  const disk = { disk_free: null, disk_total: null, inodes_free: null, inodes_total: null }
  return { ...memory, ...process, ...disk, psi, steal_pct: null }
}
