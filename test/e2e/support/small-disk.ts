import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Holds the mount for as long as it runs; the mount ends with the last process of its namespace. */
const HOLD = `
  cp -a "$1" "$1.before" && mount -t tmpfs -o "size=$2" montana "$1" && cp -a "$1.before/." "$1" && rm -r "$1.before" &&
  echo held && exec sleep infinity
`
const BALLAST = 'ballast'
const STEPS_BYTES = [2 ** 20, 2 ** 16, 2 ** 12, 1]

/** Why a test cannot have a disk of its own; undefined where it can. */
export function whyNoSmallDisk(): string | undefined {
  const mounts = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k montana /mnt'])
  return mounts.status === 0 ? undefined : 'a mount of its own needs root: unshare -m, tmpfs'
}

/** A file system of a fixed size over a folder, which nobody sees but those who enter its mount namespace. */
export class SmallDisk {
  /** The folder as other processes find it. */
  readonly seen: string
  /** What starts a command on this disk. */
  readonly within: readonly string[]
  readonly #folder: string

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder
    this.seen = `/proc/${holder.pid}/root${folder}`
    this.within = ['nsenter', '-t', `${holder.pid}`, '-m', '--']
  }

  /** Over `folder`, with what is in it; gone with the test. `bytes`: as tmpfs takes it, `64m`. */
  static async over(folder: string, bytes: string): Promise<SmallDisk> {
    const holder = spawn('unshare', ['-m', 'sh', '-c', HOLD, 'hold', folder, bytes], { stdio: ['ignore', 'pipe', 2] })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await new Promise((resolve, reject) => {
      holder.stdout?.once('data', resolve)
      holder.once('exit', (code) => reject(new Error(`no mount: ${code}`)))
    })
    return new SmallDisk(folder, holder)
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.seen)
    return bavail * bsize
  }

  /** Takes the last byte. */
  fill(): void {
    for (const bytes of STEPS_BYTES) {
      try {
        for (;;) appendFileSync(join(this.seen, BALLAST), new Uint8Array(bytes))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  }

  free(): void {
    rmSync(join(this.seen, BALLAST))
  }

  /** Leaves in the folder below what is on the disk, for commands that are started anywhere. */
  copyOut(): void {
    cpSync(this.seen, this.#folder, { recursive: true })
  }
}
