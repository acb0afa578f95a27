import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createReport, slopeOf } from '@montana/soak'
import { expect, it } from 'vitest'
import { montana, startMontana, temporaryFolder } from '../e2e/support/montana.js'

/** Two hours; a shorter time may be tried, and is then no two hours. */
const MINUTES = Number(process.env.MONTANA_WATCH_MINUTES ?? 120)
const EVERY_S = 5
const SAMPLE_MS = 30_000
const MS_PER_HOUR = 3_600_000
const MIB = 2 ** 20
/** A young process takes its memory in steps; what counts is what it does in the last three quarters of the time. */
const WARM_UP_HOURS = MINUTES / 60 / 4
/** Flat: spec operations 5, F-RSS. */
const SLOPE_MIB_PER_HOUR = 1
/** Bytes of a record by spec operations 3.3: 0.6 kB, 1.6 kB a node, 0.24 kB a peer entry; four nodes of three peers. */
const RECORD_BYTES = 600 + 4 * 1600 + 12 * 240
const GROWTH_TOLERANCE = 0.1

/** As in deploy/units/montana-soak.service. */
const UNIT_ENVIRONMENT = { NODE_OPTIONS: '--max-semi-space-size=2', MALLOC_ARENA_MAX: '2' }

function rssOf(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

async function allReachable(dir: string): Promise<void> {
  for (;;) {
    const { code, stdout } = await montana([
      'soak',
      'poll',
      '--data-dir',
      dir,
      '--path',
      join(dir, 'try.jsonl'),
      '--json',
    ])
    if (code === 0 && JSON.parse(stdout).nodes.every((node: { reachable: boolean }) => node.reachable)) return
    await wait(1000)
  }
}

it(
  `watching a devnet for ${MINUTES} minutes loses no poll, and the watchdog does not grow`,
  async () => {
    const dir = temporaryFolder()
    const mesh = startMontana(['devnet', '--data-dir', dir, '--poll-every', '0', '--no-console', '--quiet'])
    await allReachable(dir)
    const watch = startMontana(['soak', 'watch', '--data-dir', dir, '--every', `${EVERY_S}s`], UNIT_ENVIRONMENT)
    const startedMs = performance.now()
    const points: { hours: number; value: number }[] = []
    while (performance.now() - startedMs < MINUTES * 60_000) {
      await wait(SAMPLE_MS)
      points.push({ hours: (performance.now() - startedMs) / MS_PER_HOUR, value: rssOf(watch.child.pid) })
      note(
        `${points.at(-1)?.hours.toFixed(3)} h, RSS ${((points.at(-1)?.value ?? 0) / MIB).toFixed(1)} MiB, ${describeSlope(points)}`,
      )
    }
    expect(watch.child.exitCode).toBeNull()
    watch.child.kill('SIGINT')
    expect((await watch.finished).code).toBe(0)
    mesh.child.kill('SIGINT')
    await mesh.finished

    const path = join(dir, 'soak.jsonl')
    const verified = JSON.parse((await montana(['soak', 'verify', path, '--json'])).stdout)
    expect(verified).toMatchObject({ verdict: 'OK', defects: [] })
    const report = await createReport({
      files: [path],
      generatedAt: new Date().toISOString(),
      command: 'test',
      build: 'test',
    })
    const bytes = statSync(path).size / verified.records
    note(
      `coverage ${report.soak.coverage}, ${verified.records} records of ${Math.round(bytes)} bytes (formula ${RECORD_BYTES}), ${describeSlope(points)}`,
    )
    expect(report.soak.coverage).toBe(1)
    expect(verified.records).toBeGreaterThanOrEqual((MINUTES * 60) / EVERY_S - 1)
    expect(Math.abs(bytes / RECORD_BYTES - 1)).toBeLessThan(GROWTH_TOLERANCE)
    expect(steady(points)?.low ?? 0).toBeLessThan(SLOPE_MIB_PER_HOUR * MIB)
  },
  (MINUTES + 15) * 60_000,
)

function steady(points: readonly { hours: number; value: number }[]) {
  const later = points.filter(({ hours }) => hours >= WARM_UP_HOURS)
  const slope = slopeOf(later)
  return slope && { ...slope, n: later.length }
}

function describeSlope(points: readonly { hours: number; value: number }[]): string {
  const slope = steady(points)
  if (!slope) return 'warming up'
  const [perHour, low, high] = [slope.perHour, slope.low, slope.high].map((value) => (value / MIB).toFixed(2))
  return `slope ${perHour} MiB/h (95 %: ${low} to ${high}, n = ${slope.n})`
}

/** To the terminal, and to a file that outlives a run that is cut off. */
function note(text: string): void {
  process.stderr.write(`${text}\n`)
  if (process.env.MONTANA_WATCH_LOG) appendFileSync(process.env.MONTANA_WATCH_LOG, `${text}\n`)
}
