import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatTime, makeDirectory, sleep } from '@montana/foundation'
import { tryProcessLock } from '@montana/foundation/process-lock'
import { z } from 'zod'
import { LOCK_WAIT_MS } from './constants.js'
import { BreathError } from './errors.js'

const RETRY_MS = 25
const LOCK_FILE = 'lock.db'
const OWNER_FILE = 'owner.json'

/** Who holds the lock: a pid alone may be another process by now. */
const ownerSchema = z.object({ pid: z.number(), bootId: z.string(), start: z.string(), since: z.string() })
export type LockOwner = z.infer<typeof ownerSchema>

/**
 * One process at a time works on the private repository, for one operation at a time. The lock itself is the operating
 * system's, taken through SQLite: it ends with its owner, however that ends, and is never taken from one that lives.
 * Who the owner is stands beside it, for people. Spec three-mirror 12.6.
 */
export class BreathLock {
  readonly #folder: string
  readonly #waitMs: number

  constructor(folder: string, waitMs = LOCK_WAIT_MS) {
    this.#folder = folder
    this.#waitMs = waitMs
  }

  /** Resolves to the release. Throws BreathError `BREATH_LOCKED` that names the owner, or AbortError. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    await makeDirectory(this.#folder, 0o700)
    const deadline = performance.now() + this.#waitMs
    for (;;) {
      const release = tryProcessLock(join(this.#folder, LOCK_FILE))
      if (release) {
        await writeFile(join(this.#folder, OWNER_FILE), JSON.stringify(ownOwner()), { mode: 0o600 })
        return release
      }
      if (performance.now() > deadline) throw await this.#locked()
      await sleep(RETRY_MS, signal)
    }
  }

  async owner(): Promise<LockOwner | undefined> {
    try {
      return ownerSchema.parse(JSON.parse(await readFile(join(this.#folder, OWNER_FILE), 'utf8')))
    } catch {
      return undefined
    }
  }

  async #locked(): Promise<BreathError> {
    const owner = await this.owner()
    const who = owner ? `process ${owner.pid} since ${owner.since}` : 'another process'
    return new BreathError('BREATH_LOCKED', `${this.#folder} is held by ${who}`, {
      remedy: 'wait for it to end, or look why that process hangs',
      metadata: { ...owner },
    })
  }
}

function ownOwner(): LockOwner {
  return { pid: process.pid, bootId: bootId(), start: startOf(process.pid), since: formatTime(Date.now()) }
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id').trim()
}

/** Clock ticks since boot when the process started: field 22, counted after the name, which may hold anything. */
function startOf(pid: number): string {
  const fields = readText(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? []
  return fields[19] ?? ''
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
