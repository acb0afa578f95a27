import type { Epoch } from '../epoch.js'

export interface Overlap {
  readonly policy: string
  readonly hosts: readonly [string, string]
  readonly fromMs: number
  toMs: number | null
}

export interface ActingSpan {
  readonly policy: string
  readonly host: string
  readonly epoch: Epoch
  readonly fromMs: number
  toMs: number | null
}

/** Who acts when: from the start of a promotion to the end of the demotion, as long as its processes can run. */
export class ActingLog {
  readonly #nowMs: () => number
  readonly #running = new Map<string, Map<string, ActingSpan>>()
  readonly #frozen = new Set<string>()
  readonly spans: ActingSpan[] = []
  readonly overlaps: Overlap[] = []
  readonly tenures: { readonly policy: string; readonly host: string; readonly epoch: Epoch; readonly atMs: number }[] =
    []

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  tenure(host: string, policy: string, epoch: Epoch): void {
    this.tenures.push({ policy, host, epoch, atMs: this.#nowMs() })
  }

  set(host: string, policy: string, isRunning: boolean, epoch: Epoch): void {
    const running = this.#of(policy)
    const open = running.get(host)
    if (isRunning === (open !== undefined) && open?.epoch === epoch) return
    if (open) {
      open.toMs = this.#nowMs()
      running.delete(host)
    }
    if (isRunning) {
      const span: ActingSpan = { policy, host, epoch, fromMs: this.#nowMs(), toMs: null }
      running.set(host, span)
      this.spans.push(span)
    }
    this.#compare(policy)
  }

  freeze(host: string): void {
    this.#frozen.add(host)
    for (const policy of this.#running.keys()) this.#compare(policy)
  }

  thaw(host: string): void {
    this.#frozen.delete(host)
    for (const policy of this.#running.keys()) this.#compare(policy)
  }

  isFrozen(host: string): boolean {
    return this.#frozen.has(host)
  }

  /** Hosts whose service of the policy can do something now. */
  acting(policy: string): readonly ActingSpan[] {
    return [...this.#of(policy).values()].filter(({ host }) => !this.#frozen.has(host))
  }

  #of(policy: string): Map<string, ActingSpan> {
    const known = this.#running.get(policy)
    if (known) return known
    const made = new Map<string, ActingSpan>()
    this.#running.set(policy, made)
    return made
  }

  #compare(policy: string): void {
    const acting = this.acting(policy).map(({ host }) => host)
    const pairs = acting.flatMap((a, i) => acting.slice(i + 1).map((b): [string, string] => (a < b ? [a, b] : [b, a])))
    const open = this.overlaps.filter((overlap) => overlap.policy === policy && overlap.toMs === null)
    const isPair = (overlap: Overlap, [a, b]: [string, string]) => overlap.hosts[0] === a && overlap.hosts[1] === b
    for (const overlap of open) if (!pairs.some((pair) => isPair(overlap, pair))) overlap.toMs = this.#nowMs()
    for (const hosts of pairs) {
      if (open.some((overlap) => isPair(overlap, hosts))) continue
      this.overlaps.push({ policy, hosts, fromMs: this.#nowMs(), toMs: null })
    }
  }
}
