/** What the machine allows at most, or costs at least, measured in the same run. */
export interface PhysicalBound {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Ours, in the same unit. */
  readonly measured: number
  /** How it was found. */
  readonly how: string
}
