import { readdirSync, readFileSync } from 'node:fs'

const SAMPLE_MS = 40
/** What a process was called with changes only when it becomes another program, soon after it was made. */
const LOOKS = 3
/** So many of the 24, one after the other, are no chance any more. */
const IN_A_ROW = 3

/** What any process of this machine was called with, and has in its environment, as long as it runs. */
export class ProcessWatch {
  readonly #seen = new Set<string>()
  readonly #looks = new Map<string, number>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#sample()
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS)
  }

  /** Every command line and environment that was seen. */
  stop(): readonly string[] {
    clearInterval(this.#timer)
    this.#sample()
    return [...this.#seen]
  }

  #sample(): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const looks = this.#looks.get(pid) ?? 0
      if (looks >= LOOKS) continue
      this.#looks.set(pid, looks + 1)
      for (const file of ['cmdline', 'environ']) {
        const text = readOr(`/proc/${pid}/${file}`)
        if (text) this.#seen.add(text)
      }
    }
  }
}

/** A process may end between two looks. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Finds several of the words one after the other, whatever stands between them, and the secret that they stand for. */
export function secretPattern(words: string, entropyHex: string): RegExp {
  const list = words.trim().split(' ')
  const rows = list.slice(0, 1 - IN_A_ROW).map((_, at) => list.slice(at, at + IN_A_ROW).join('[^a-z]{1,12}'))
  return new RegExp([...rows, entropyHex, escaped(Buffer.from(entropyHex, 'hex').toString('base64'))].join('|'), 'i')
}

const escaped = (text: string) => text.replaceAll(/[+/=]/g, '\\$&')
