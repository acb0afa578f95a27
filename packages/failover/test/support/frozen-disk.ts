import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** etcd reserves 64 MB for a log and, soon after, as much for the next. The file is sparse. */
const SIZE = '256M'
const TOOLS = ['truncate', 'mkfs.ext4', 'mount', 'umount', 'fsfreeze']

/** Why there can be none here; undefined where it can be made. */
export function whyNoFrozenDisk(): string | undefined {
  if (process.getuid?.() !== 0) return 'mounting a disk needs root'
  const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0)
  if (missing.length > 0) return `${missing.join(', ')} not installed`
  try {
    new FreezableDisk().close()
    return undefined
  } catch {
    return 'no disk can be mounted from a file here'
  }
}

/** A file system in a file. While it is frozen every write to it hangs, as on a disk that hangs. */
export class FreezableDisk {
  readonly folder: string
  readonly #root: string
  #isFrozen = false

  constructor() {
    this.#root = mkdtempSync(join(tmpdir(), 'disk-'))
    this.folder = join(this.#root, 'mounted')
    const image = join(this.#root, 'image')
    mkdirSync(this.folder)
    execFileSync('truncate', ['-s', SIZE, image])
    execFileSync('mkfs.ext4', ['-q', image])
    execFileSync('mount', ['-o', 'loop', image, this.folder], { stdio: 'ignore' })
  }

  freeze(): void {
    execFileSync('fsfreeze', ['-f', this.folder])
    this.#isFrozen = true
  }

  thaw(): void {
    if (this.#isFrozen) execFileSync('fsfreeze', ['-u', this.folder])
    this.#isFrozen = false
  }

  /** Whoever wrote to it has ended. The kernel may hold it a moment longer; then it goes when that is over. */
  close(): void {
    this.thaw()
    if (spawnSync('umount', [this.folder]).status !== 0) execFileSync('umount', ['--lazy', this.folder])
    rmSync(this.#root, { recursive: true, force: true })
  }
}
