/** Milliseconds as people read them: `10.0`, `2.25`; at least one digit after the point, at most three. */
export function secondsText(ms: number): string {
  return (ms / 1000).toFixed(3).replace(/0{1,2}$/, '')
}
