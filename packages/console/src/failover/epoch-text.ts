const RANKS: Readonly<Record<number, string>> = { 3: 'LEASED', 2: 'CHAIN', 1: 'SURVIVOR' }

/** What people read of an epoch, `8/SURVIVOR/almaty`: spec three-mirror 9. */
export function epochText(epoch: string, chain: readonly string[]): string {
  const value = BigInt(epoch)
  const rank = Number((value >> 8n) & 0xffn)
  const place = 255 - Number(value & 0xffn)
  return `${value >> 16n}/${RANKS[rank] ?? rank}/${chain[place] ?? place}`
}
