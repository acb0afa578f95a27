import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorCode, makeDirectory, writeFileDurably } from '@montana/foundation'
import type { EpochFiles } from '../agent/ports.js'
import { type Epoch, NO_EPOCH, parseEpoch } from '../epoch.js'
import { FailoverError } from '../errors.js'

const DIRECTORY_MODE = 0o700

/**
 * The highest epoch that this host has used, per policy, durable before use (spec three-mirror 9). A folder without any
 * is a host that forgot or never knew: rule D10 tells the two apart by the registry.
 */
export class EpochFolder implements EpochFiles {
  readonly #folder: string
  readonly #known: Map<string, Epoch>
  readonly #tails = new Map<string, Promise<void>>()
  readonly hasAny: boolean

  private constructor(folder: string, known: Map<string, Epoch>) {
    this.#folder = folder
    this.#known = known
    this.hasAny = known.size > 0
  }

  /** Throws ConfigError (78) for a file that is not an epoch: guessing could lead to two leaders. */
  static async open(folder: string, policies: readonly string[]): Promise<EpochFolder> {
    await makeDirectory(folder, DIRECTORY_MODE)
    const known = new Map<string, Epoch>()
    for (const policy of policies) {
      const epoch = await readEpoch(pathOf(folder, policy))
      if (epoch !== undefined) known.set(policy, epoch)
    }
    return new EpochFolder(folder, known)
  }

  of(policy: string): Epoch {
    return this.#known.get(policy) ?? NO_EPOCH
  }

  pathOf(policy: string): string {
    return pathOf(this.#folder, policy)
  }

  /** One after the other: a write that was overtaken must not be the last. */
  persist(policy: string, epoch: Epoch): Promise<void> {
    const result = (this.#tails.get(policy) ?? Promise.resolve()).then(() => this.#write(policy, epoch))
    this.#tails.set(
      policy,
      result.catch(() => {}),
    )
    return result
  }

  async #write(policy: string, epoch: Epoch): Promise<void> {
    const known = this.of(policy)
    if (epoch < known) {
      const metadata = { highest: String(known) }
      throw new FailoverError('EPOCH_STALE', `epoch ${epoch} is below ${known}, which this host has used`, { metadata })
    }
    await writeFileDurably(this.pathOf(policy), `${epoch}\n`, 0o644)
    this.#known.set(policy, epoch)
  }
}

function pathOf(folder: string, policy: string): string {
  return join(folder, `epoch-${policy}`)
}

async function readEpoch(path: string): Promise<Epoch | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unreadable(path, errorCode(error))
  })
  if (text === undefined) return undefined
  const epoch = parseEpoch(text.trimEnd())
  if (epoch === undefined) throw unreadable(path, 'it does not hold an epoch')
  return epoch
}

function unreadable(path: string, reason: string): ConfigError {
  const remedy = 'restore it from a backup, or remove it: the host then learns the epoch from the others before it acts'
  return new ConfigError(`epoch file ${path} cannot be read: ${reason}`, { field: 'stateDir', remedy })
}
