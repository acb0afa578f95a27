import { join } from 'node:path'
import { LABELS, type Label, operatorIdentity } from '@montana/synthetic'
import { temporaryFolder } from '../temporary.js'
import { joinState, type MeasuredJoin, type OnLine, prepareState, SEED, type Serving } from './measure-join.js'

const LIAR: Label = 'west'
const WINDOW = 256

/** Who serves: all of four honestly, all of them and one of them lies, or three while the fourth is not there. */
export const COMPANIES = {
  four: { labels: LABELS },
  liar: { labels: LABELS, liar: LIAR },
  three: { labels: LABELS.filter((label) => label !== LIAR) },
} as const satisfies Record<string, Serving>

export type Company = keyof typeof COMPANIES
export type JoinsByCompany = Readonly<Record<Company, readonly MeasuredJoin[]>>

/** Of a whole join, or of its chunks alone. */
export type Span = 'seconds' | 'tableSeconds'

export async function liarPeerId(): Promise<string> {
  return (await operatorIdentity(SEED, LIAR)).peerId
}

/** Joins of one state in every company, `rounds` times: forwards and backwards in turn, so that no company comes first always. */
export async function liarJoins(accounts: number, rounds: number, onLine: OnLine): Promise<JoinsByCompany> {
  const folder = temporaryFolder()
  const joins: Record<Company, MeasuredJoin[]> = { four: [], liar: [], three: [] }
  try {
    const out = join(process.env.MONTANA_BENCH_STATE ?? folder.path, `${accounts}-accounts`)
    await prepareState(out, accounts, WINDOW, onLine)
    for (let round = 0; round < rounds; round++) {
      for (const company of inOrder(round)) {
        const dataDir = join(folder.path, `${company}-${round}`)
        joins[company].push(await joinState(out, dataDir, () => {}, COMPANIES[company]))
        onLine(`round ${round + 1} of ${rounds}, ${company}: ${joins[company].at(-1)?.seconds.toFixed(1)} s`)
      }
    }
    return joins
  } finally {
    folder.remove()
  }
}

function inOrder(round: number): Company[] {
  const order: Company[] = ['four', 'liar', 'three']
  return round % 2 === 0 ? order : order.reverse()
}

/**
 * How much longer the joins with a liar took than those of `company`, as the median over the rounds: the two of one round
 * follow each other, so that what else the machine does hits both alike.
 */
export function liarCost(joins: JoinsByCompany, company: Company, of: Span = 'seconds'): number {
  return median(joins.liar.map((join, round) => join[of] / (joins[company][round]?.[of] ?? Number.NaN))) - 1
}

export function secondsOf(joins: JoinsByCompany, of: Span): Record<Company, number[]> {
  const rounded = (list: readonly MeasuredJoin[]) => list.map((join) => Number(join[of].toFixed(1)))
  return { four: rounded(joins.four), liar: rounded(joins.liar), three: rounded(joins.three) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
