/** What an agent says about its roles, one JSON line each; read from its standard output. */
export interface RoleLine {
  readonly atMs: number
  readonly host: string
  readonly policy: string
  readonly state: 'standby' | 'candidate' | 'acting' | 'stopping'
  readonly epoch: string | null
  readonly mode: string
  readonly rule: string | null
  readonly isEligible: boolean
}

/** A time in which a host acted for a policy: from the start of its promotion to the end of its demotion or its death. */
export interface Tenure {
  readonly host: string
  readonly policy: string
  readonly epoch: string | null
  readonly fromMs: number
  /** Infinity while it lasts. */
  readonly toMs: number
}

/** Collects role lines of all hosts on one clock, and the deaths that no line tells. */
export class RoleLog {
  readonly lines: RoleLine[] = []
  /** Of hosts that were frozen or killed, or whose agent ended. */
  readonly ends: { readonly host: string; readonly atMs: number }[] = []
  readonly #open = new Map<string, Tenure>()
  readonly #closed: Tenure[] = []
  readonly #last = new Map<string, RoleLine>()
  readonly #goneMs = new Map<string, number>()
  #listener: (line: RoleLine) => void = () => {}

  onLine(listener: (line: RoleLine) => void): void {
    this.#listener = listener
  }

  add(line: RoleLine): void {
    this.lines.push(line)
    this.#listener(line)
    // It was said before the death and is read after it.
    if (line.atMs <= (this.#goneMs.get(line.host) ?? 0)) return
    this.#last.set(`${line.host} ${line.policy}`, line)
    const key = `${line.host} ${line.policy}`
    const isActing = line.state === 'acting' || line.state === 'stopping'
    const open = this.#open.get(key)
    if (open && (!isActing || (line.state === 'acting' && open.epoch !== line.epoch))) this.#close(key, line.atMs)
    if (isActing && !this.#open.has(key)) {
      this.#open.set(key, {
        host: line.host,
        policy: line.policy,
        epoch: line.epoch,
        fromMs: line.atMs,
        toMs: Infinity,
      })
    }
  }

  /** It acted until `atMs`; what it said until `goneMs`, when nothing of it ran any more, changes nothing. Wall clock. */
  died(host: string, atMs: number, goneMs = atMs): void {
    this.#goneMs.set(host, goneMs)
    this.ends.push({ host, atMs })
    for (const key of [...this.#last.keys()]) if (key.startsWith(`${host} `)) this.#last.delete(key)
    for (const key of [...this.#open.keys()]) if (key.startsWith(`${host} `)) this.#close(key, atMs)
  }

  /** Serves, or could. */
  isEligible(host: string, policy: string): boolean {
    const last = this.#last.get(`${host} ${policy}`)
    return last?.isEligible === true || last?.state === 'acting'
  }

  modeOf(host: string, policy: string): string | undefined {
    return this.#last.get(`${host} ${policy}`)?.mode
  }

  tenures(): Tenure[] {
    return [...this.#closed, ...this.#open.values()]
  }

  leaders(policy: string): string[] {
    return [...this.#open.values()].filter((tenure) => tenure.policy === policy).map(({ host }) => host)
  }

  #close(key: string, atMs: number): void {
    const tenure = this.#open.get(key)
    this.#open.delete(key)
    if (tenure) this.#closed.push({ ...tenure, toMs: atMs })
  }
}

export interface Overlap {
  readonly policy: string
  readonly hosts: readonly [string, string]
  readonly fromMs: number
  readonly toMs: number
}

/** Pairs of tenures of one policy by two hosts at one instant. */
export function overlapsOf(tenures: readonly Tenure[]): Overlap[] {
  return tenures.flatMap((a, index) =>
    tenures.slice(index + 1).flatMap((b) => {
      const [fromMs, toMs] = [Math.max(a.fromMs, b.fromMs), Math.min(a.toMs, b.toMs)]
      const isDouble = a.policy === b.policy && a.host !== b.host && fromMs < toMs
      return isDouble ? [{ policy: a.policy, hosts: [a.host, b.host] as const, fromMs, toMs }] : []
    }),
  )
}
