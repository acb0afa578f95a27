/** What a fault applies to; every field that is given must fit. */
export interface FaultMatch {
  readonly method?: string
  /** Of the API without its base, or of git: `/o/r.git/git-receive-pack`. */
  readonly path?: string | RegExp
  readonly tokenLabel?: string
}

export interface FaultSpec {
  readonly match: FaultMatch
  /** Answers with this status instead of doing anything. */
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Real milliseconds before it goes on. */
  readonly delayMs?: number
  /** Takes the request and never answers: a black hole. */
  readonly hang?: boolean
  /** Resets the connection. */
  readonly reset?: boolean
  /** Does what was asked, then resets the connection: the asker cannot know. Not for git. */
  readonly resetAfter?: boolean
  /** git only: kills the server's git after so many bytes of the request. */
  readonly killAfterBytes?: number
  /** How often it strikes; for ever when not given. */
  readonly times?: number
}

export interface Fault {
  readonly spec: FaultSpec
  /** How often it struck. */
  readonly hits: number
  remove(): void
}

export interface FaultTarget {
  readonly method: string
  readonly path: string
  readonly tokenLabel: string | undefined
}

/** Faults that tests plant; the first that fits strikes. */
export class Faults {
  #planted: Planted[] = []

  add(spec: FaultSpec): Fault {
    const planted = new Planted(spec, () => {
      this.#planted = this.#planted.filter((other) => other !== planted)
    })
    this.#planted.push(planted)
    return planted
  }

  clear(): void {
    this.#planted = []
  }

  /** The fault that strikes this request, counted. */
  strike(target: FaultTarget): FaultSpec | undefined {
    const planted = this.#planted.find((candidate) => candidate.fits(target))
    return planted?.strike()
  }
}

class Planted implements Fault {
  hits = 0

  constructor(
    readonly spec: FaultSpec,
    readonly remove: () => void,
  ) {}

  fits({ method, path, tokenLabel }: FaultTarget): boolean {
    const { match } = this.spec
    return (
      this.hits < (this.spec.times ?? Number.POSITIVE_INFINITY) &&
      (match.method === undefined || match.method === method) &&
      (match.path === undefined || fitsPath(match.path, path)) &&
      (match.tokenLabel === undefined || match.tokenLabel === tokenLabel)
    )
  }

  strike(): FaultSpec {
    this.hits += 1
    return this.spec
  }
}

function fitsPath(wanted: string | RegExp, path: string): boolean {
  return typeof wanted === 'string' ? wanted === path : wanted.test(path)
}
