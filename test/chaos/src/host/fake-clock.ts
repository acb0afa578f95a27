import { writeFileSync } from 'node:fs'
import { faketimeLibrary } from './programs.js'

/** The file is read again after this, s. */
const CACHE_S = 1

/** The wall clock of one node, which may be set while it runs; its monotonic clock stays, as in the kernel. */
export class FakeClock {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.jump(0)
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: faketimeLibrary() ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_CACHE_DURATION: String(CACHE_S),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }

  /** Against the clock of the host, s. */
  jump(offsetSeconds: number): void {
    writeFileSync(this.#path, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`)
  }
}
