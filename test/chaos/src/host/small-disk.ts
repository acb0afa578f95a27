import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { statfsSync } from 'node:fs'

const SIZE = '256m'
/** Mounts over the folder, takes along what is in it, and holds the mount until nobody writes to its input any more. */
const HOLD = `
  cp -a "$1" "$1.before" && mount -t tmpfs -o "size=$2" montana "$1" && cp -a "$1.before/." "$1" && rm -r "$1.before" &&
  echo held && exec cat
`
/** A write may come between the look at what is used and the new size. */
const SHRINK_TRIES = 20

/** A file system of its own over a folder, seen only by who enters its mount namespace. */
export class SmallDisk {
  /** The folder as other processes find it. */
  readonly seen: string
  /** What starts a command on it. */
  readonly within: readonly string[]
  readonly #folder: string
  readonly #holder: ChildProcess

  private constructor(folder: string, holder: ChildProcess) {
    this.#folder = folder
    this.#holder = holder
    this.seen = `/proc/${holder.pid}/root${folder}`
    this.within = ['nsenter', '-t', `${holder.pid}`, '-m', '--']
  }

  static async over(folder: string): Promise<SmallDisk> {
    const argv = ['-m', 'sh', '-c', HOLD, 'hold', folder, SIZE]
    const holder = spawn('unshare', argv, { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    await new Promise((resolve, reject) => {
      holder.stdout?.once('data', resolve)
      holder.once('exit', (code) => reject(new Error(`no file system over ${folder} (exit ${code})`)))
    })
    return new SmallDisk(folder, holder)
  }

  /** Makes it as small as what is on it. */
  fill(): void {
    for (let left = SHRINK_TRIES; ; left--) {
      const { blocks, bfree, bsize } = statfsSync(this.seen)
      try {
        return this.#resize(String((blocks - bfree) * bsize))
      } catch (error) {
        if (left === 0) throw error
      }
    }
  }

  free(): void {
    this.#resize(SIZE)
  }

  /** Leaves in the folder what is on it, and lets it go. */
  async close(): Promise<void> {
    execFileSync('cp', ['-a', `${this.seen}/.`, this.#folder], { stdio: 'ignore' })
    const gone = new Promise((resolve) => this.#holder.once('exit', resolve))
    this.#holder.stdin?.end()
    await gone
  }

  #resize(size: string): void {
    const [command = '', ...args] = [...this.within, 'mount', '-o', `remount,size=${size}`, this.#folder]
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}
