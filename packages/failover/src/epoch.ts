/** Who may act and since when: u48 counter ‖ u8 rank ‖ u8 (255 − place in the chain). Spec three-mirror 9. */
export type Epoch = bigint

/** How a tenure began; a higher rank wins at an equal counter. */
export const RANK = { LEASED: 3, MAJORITY: 2, OTHER: 1 } as const
export type Rank = (typeof RANK)[keyof typeof RANK]

export interface EpochParts {
  /** 0 to 2^48 − 1; one more than the highest that was seen. */
  readonly counter: number
  readonly rank: number
  /** Place of the host in the chain of the policy, from 0. */
  readonly chainIndex: number
}

/** Below every epoch that anybody was given. */
export const NO_EPOCH: Epoch = 0n

const COUNTER_MAX = 2 ** 48 - 1
const BYTE_MAX = 255

/** Throws RangeError for parts that do not fit their bits. */
export function makeEpoch({ counter, rank, chainIndex }: EpochParts): Epoch {
  requireInteger('counter', counter, COUNTER_MAX)
  requireInteger('rank', rank, BYTE_MAX)
  requireInteger('chainIndex', chainIndex, BYTE_MAX)
  return (BigInt(counter) << 16n) | (BigInt(rank) << 8n) | BigInt(BYTE_MAX - chainIndex)
}

export function splitEpoch(epoch: Epoch): EpochParts {
  return {
    counter: Number(epoch >> 16n),
    rank: Number((epoch >> 8n) & 0xffn),
    chainIndex: BYTE_MAX - Number(epoch & 0xffn),
  }
}

const U64_MAX = 2n ** 64n - 1n

/** The form in JSON and in the environment: decimal digits. Undefined for anything else. */
export function parseEpoch(text: string): Epoch | undefined {
  if (!/^(0|[1-9]\d{0,19})$/.test(text)) return undefined
  const epoch = BigInt(text)
  return epoch <= U64_MAX ? epoch : undefined
}

const RANK_WORDS: Readonly<Record<number, string>> = { 3: 'LEASED', 2: 'CHAIN', 1: 'SURVIVOR' }

/** What people read: `8/SURVIVOR/almaty`. */
export function formatEpoch(epoch: Epoch, chain: readonly string[]): string {
  const { counter, rank, chainIndex } = splitEpoch(epoch)
  return `${counter}/${RANK_WORDS[rank] ?? rank}/${chain[chainIndex] ?? chainIndex}`
}

function requireInteger(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${name} ${value} is not in 0..${max}`)
}
