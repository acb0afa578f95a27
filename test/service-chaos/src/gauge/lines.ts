/** How late a process that wanted to run was allowed to, at worst, in a span of CLOCK_MONOTONIC, ms. */
export interface GaugeLine {
  readonly fromMs: number
  readonly toMs: number
  readonly lateMs: number
}
