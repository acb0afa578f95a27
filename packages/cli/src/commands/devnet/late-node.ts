import { errorMessage } from '@montana/foundation'
import type { Join } from './join.js'
import { admitLate, type DevnetFiles } from './layout.js'
import type { DevnetMesh } from './mesh.js'

/** How the joining of a node went, for the verdict. */
export interface LateObservation {
  readonly label: string
  /** Head of the others when it was started; undefined before. */
  readonly joinedAt: number | undefined
  /** It was waited for, and did not reach the end. */
  readonly isMissed: boolean
  readonly failure: string | undefined
}

/** As far as any node may be behind another one, windows. */
const FOLLOWS_WITHIN = 1

interface LateInit {
  readonly join: Join
  readonly startHead: number
  readonly files: Pick<DevnetFiles, 'late'>
  readonly mesh: DevnetMesh
  /** After the others have reached the end it is waited for so long, ms. */
  readonly waitMs: number
  onLine(line: string): void
}

/** Starts the node that joins when its window comes, and knows when it need not be waited for any longer. */
export class LateNode {
  readonly #init: LateInit
  #joinedAt: number | undefined
  #waitsSinceMs: number | undefined
  #isMissed = false
  #failure: string | undefined

  constructor(init: LateInit) {
    this.#init = init
  }

  get observation(): LateObservation {
    const { label } = this.#init.join
    return { label, joinedAt: this.#joinedAt, isMissed: this.#isMissed, failure: this.#failure }
  }

  /** `head` is that of the others. */
  update(head: number): void {
    const { join, startHead } = this.#init
    if (this.#joinedAt !== undefined || head < startHead + join.afterWindows) return
    this.#joinedAt = head
    void this.#start(head)
  }

  /** The others have reached `goal`: is this one there too and follows them, or has it had its time? */
  isOver(goal: number, nowMs: number): boolean {
    const { late, head } = this.#init.mesh
    const window = late?.status?.window ?? 0
    if ((window >= goal && head - window <= FOLLOWS_WITHIN) || this.#failure !== undefined) return true
    this.#waitsSinceMs ??= nowMs
    this.#isMissed = nowMs - this.#waitsSinceMs > this.#init.waitMs
    return this.#isMissed
  }

  async #start(head: number): Promise<void> {
    const { join, files, mesh, onLine } = this.#init
    try {
      if (files.late) await admitLate(files.late)
      mesh.join()
      onLine(`${join.label} joins at window ${head}`)
    } catch (error) {
      this.#failure = errorMessage(error)
    }
  }
}
