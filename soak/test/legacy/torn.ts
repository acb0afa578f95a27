/** What a collector wrote of one node, each counter as it printed it. */
export interface SeedNode {
  readonly label: string
  readonly host: string
  readonly active: string
  readonly window: number
  readonly phase: string
  readonly D: number
  readonly hb_5m: number
  readonly err_5m: number
  readonly closed_5m: number
}

export type Tear = '0' | '?' | null

/** A record as `$(grep -c … || echo 0)` left it: each zero counter is followed by a line with `tear`; null: it is not. */
export function seedRecord(nodes: readonly SeedNode[], tear: (counter: number) => Tear = () => '0'): string {
  let counter = 0
  const printed = (value: number): string => {
    const second = tear(counter++)
    return value === 0 && second !== null ? `0\n${second}` : String(value)
  }
  const texts = nodes.map(({ hb_5m, err_5m, closed_5m, ...rest }) => {
    const counters = `"hb_5m":${printed(hb_5m)},"err_5m":${printed(err_5m)},"closed_5m":${printed(closed_5m)}`
    return `${JSON.stringify(rest).slice(0, -1)},${counters}}`
  })
  return `{"nodes":[${texts.join(',')}]}\n`
}

export function seedNode(label: string, init: Partial<SeedNode> = {}): SeedNode {
  const common = { host: label, active: 'active', window: 100, phase: 'Active', D: 325_000_000 }
  return { label, ...common, hb_5m: 180, err_5m: 1, closed_5m: 1, ...init }
}

/** Four nodes, of whose eight counters of errors and closes the first so many are zero. */
export function fourNodes(zeros: number): SeedNode[] {
  return ['moscow', 'frankfurt', 'helsinki', 'armenia'].map((label, i) =>
    seedNode(label, { err_5m: 2 * i < zeros ? 0 : 1, closed_5m: 2 * i + 1 < zeros ? 0 : 1 }),
  )
}
