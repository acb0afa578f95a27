/** One request of the client, as it says it; times are CLOCK_MONOTONIC, ms. */
export interface ClientWrite {
  readonly id: number
  readonly sentMs: number
  readonly endMs: number
  /** The service said that the sink has it. */
  readonly isOk: boolean
  /** Who said so; null for a failure. */
  readonly host: string | null
}
