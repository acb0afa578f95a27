import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { montana, temporaryFolder } from '../e2e/support/montana.js'

const RUNS = Number(process.env.MONTANA_LONG_RUNS ?? 30)
const COHORT = ['moscow', 'frankfurt', 'helsinki', 'armenia']
const WINDOWS = 25
const RUN_TIMEOUT_MS = 240_000

/** Three faults a run: two kills and one death between commit and broadcast, at windows and instants that chance picks. */
function faults(seed: number): string[] {
  const random = seededRandom(seed)
  const pick = (list: readonly string[]) => list[Math.floor(random.next() * list.length)] ?? ''
  const at = (from: number, to: number) => from + Math.floor(random.next() * (to - from))
  const seconds = () => (1 + 2 * random.next()).toFixed(1)
  return [
    `kill:${pick(COHORT)}@${at(2, 8)}:${seconds()}`,
    `crash:${pick(COHORT)}@${at(9, 14)}:${seconds()}`,
    `kill:${pick(COHORT)}@${at(15, 22)}:${seconds()}`,
  ]
}

it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
  'run %i: random kill instants lose no window',
  async (seed) => {
    const dir = temporaryFolder()
    const chosen = faults(seed)
    const args = ['devnet', '--data-dir', dir, '--json', '--windows', String(WINDOWS), '--min-window-ms', '400']
    const jitter = ['--seed', String(seed), '--fault-jitter', '450']
    const run = await montana([...args, ...jitter, ...chosen.flatMap((fault) => ['--fault', fault])])
    const result = JSON.parse(run.stdout)
    expect(result.reasons, chosen.join(' ')).toEqual([])
    expect(result.verdict).toBe('PASS')
    const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
    expect(JSON.parse(verified.stdout).verdict, verified.stdout).toBe('PASS')
  },
  RUN_TIMEOUT_MS,
)

it(
  'the run of the README: two kills at the pace of two seconds',
  async () => {
    const dir = temporaryFolder()
    const plan = ['--fault', 'kill:frankfurt@5', '--fault', 'kill:moscow@12']
    const run = await montana(['devnet', '--data-dir', dir, '--json', '--windows', String(WINDOWS), ...plan])
    const result = JSON.parse(run.stdout)
    expect(result.reasons).toEqual([])
    expect(result.windows).toBe(WINDOWS)
    const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'PASS' })
  },
  RUN_TIMEOUT_MS,
)
