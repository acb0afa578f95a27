import { DRILLS_ENVIRONMENT, type DrillMessage, OLD_BUILD_ENVIRONMENT } from '@montana/node/settings'

/** What drills want of one node at this moment; it is told all of it after each change and after each start. */
export class DrillState {
  /** PeerIds; twice for two drills. */
  readonly #cut: string[] = []
  #clockOffsetMs = 0
  /** Serves something wrong now and then. */
  lies = false
  /** At which the next process kills itself. */
  failpoint: string | undefined
  /** Version of the build that the next process pretends to be. */
  oldBuild: string | undefined

  /** Cuts the path to a peer; the other end is told by itself. */
  cut(peerId: string): void {
    this.#cut.push(peerId)
  }

  heal(peerId: string): void {
    const at = this.#cut.indexOf(peerId)
    if (at >= 0) this.#cut.splice(at, 1)
  }

  /** Sets the wall clock forward, or back. */
  shiftClock(byMs: number): void {
    this.#clockOffsetMs += byMs
  }

  get message(): DrillMessage {
    return { type: 'drill', cut: [...this.#cut], clockOffsetMs: this.#clockOffsetMs, ...(this.lies && { lies: true }) }
  }

  /** For a process that is about to start. */
  get environment(): NodeJS.ProcessEnv {
    return {
      [DRILLS_ENVIRONMENT]: '1',
      ...(this.failpoint && { MONTANA_FAILPOINT: this.failpoint }),
      ...(this.oldBuild && { [OLD_BUILD_ENVIRONMENT]: this.oldBuild }),
    }
  }
}
