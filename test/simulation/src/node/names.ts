/** Processes call each other by name, as the engine's peers do. */
export function peerName(index: number): string {
  return `p${index}`
}

export function peerIndex(name: string): number {
  return Number(name.slice(1))
}
