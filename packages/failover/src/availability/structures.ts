/** How a group of hosts is down as a whole, each host with availability A and alone in its faults. Spec three-mirror 13. */
export interface Structure {
  readonly id: 'any' | 'majority' | 'claimed' | 'one-fewer' | 'one-fewer-with-brain' | 'exactly-one'
  readonly text: string
  readonly formula: string
  readonly unavailability: number
}

/** Probability that fewer than a majority of `n` hosts live. */
export function withoutMajority(a: number, n: number): number {
  const majority = Math.floor(n / 2) + 1
  let sum = 0
  for (let k = 0; k < majority; k++) sum += combinations(n, k) * a ** k * (1 - a) ** (n - k)
  return sum
}

/** What there is to compare with; `n` hosts of availability `a`, n ≥ 2. */
export function structures(a: number, n: number): Structure[] {
  const q = 1 - a
  return [
    { id: 'any', text: `at least one of ${n} (exact)`, formula: `q^${n}`, unavailability: q ** n },
    { id: 'claimed', text: "seed 3's formula", formula: `${n}·q^${n}`, unavailability: n * q ** n },
    { id: 'one-fewer', text: `chain of ${n - 1} hosts`, formula: `q^${n - 1}`, unavailability: q ** (n - 1) },
    {
      id: 'one-fewer-with-brain',
      text: 'the same, needing a brain',
      formula: `q^${n - 2}·(1 − A²)`,
      unavailability: q ** (n - 2) * (1 - a * a),
    },
    {
      id: 'majority',
      text: `majority of ${n}`,
      formula: majorityFormula(n),
      unavailability: withoutMajority(a, n),
    },
    {
      id: 'exactly-one',
      text: 'exactly one left',
      formula: `${n}·A·q^${n - 1}`,
      unavailability: n * a * q ** (n - 1),
    },
  ]
}

export function majorityFormula(n: number): string {
  return `Σ_{k<${Math.floor(n / 2) + 1}} C(${n},k)·A^k·q^(${n}−k)`
}

/** Exact for n ≤ 64 in the precision that is printed. */
function combinations(n: number, k: number): number {
  let result = 1
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i
  return result
}
