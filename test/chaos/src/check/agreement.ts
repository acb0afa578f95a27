import type { Rule, Violation } from './types.js'

interface Claim {
  readonly who: string
  readonly window: number
  readonly hash: string
  readonly root: string
}

/** No two nodes have another hash or root for one window, in what they say and in what they keep. */
export const agreement: Rule = ({ reads, stored }) => {
  const first = new Map<number, Claim>()
  const violations: Violation[] = []
  const compare = (claim: Claim) => {
    const known = first.get(claim.window)
    if (!known) first.set(claim.window, claim)
    else if (known.hash !== claim.hash || known.root !== claim.root) {
      violations.push({ rule: 'agreement', message: `window ${claim.window}: ${textOf(known)}, ${textOf(claim)}` })
    }
  }
  for (const { label, window, hash, root, recent } of reads) {
    const who = `${label} says`
    compare({ who, window, hash, root })
    for (const one of recent) compare({ who, ...one })
  }
  for (const { label, window, hash, root } of stored) compare({ who: `${label} keeps`, window, hash, root })
  return violations
}

function textOf({ who, hash, root }: Claim): string {
  return `${who} ${hash.slice(0, 12)} root ${root.slice(0, 12)}`
}
