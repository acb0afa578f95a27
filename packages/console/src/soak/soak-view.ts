import { basename, dirname, join } from 'node:path'
import { formatTime } from '@montana/foundation'
import type { CoverageView, RunView, SoakTick, SoakView } from '../api/views.js'
import type { SoakPoint } from './point.js'
import { ReportFile } from './report.js'
import { type DeclaredRun, readDeclaredRun } from './run.js'
import { soakSeries } from './series.js'
import { SoakTail } from './tail.js'

/** Everything that stands in the folder of a soak file, read when somebody asks. */
export class SoakFolder {
  readonly #tail: SoakTail
  readonly #report: ReportFile
  readonly #stem: string
  /** Where the latest report is kept. */
  readonly reportFolder: string

  constructor(path: string) {
    this.#tail = new SoakTail(path)
    this.#stem = join(dirname(path), basename(path).replace(/\.jsonl$/, ''))
    this.reportFolder = join(dirname(path), 'report')
    this.#report = new ReportFile(this.reportFolder)
  }

  /** Says whether there is something new to fetch. */
  async tick(): Promise<SoakTick> {
    await Promise.all([this.#tail.refresh(), this.#report.read()])
    return { seq: this.#tail.points.at(-1)?.seq ?? null, report: this.#report.version || null }
  }

  /** The newest `limit` records, the run that they belong to, and the latest report. */
  async view(limit: number): Promise<SoakView> {
    const [declared, report] = await Promise.all([
      readDeclaredRun(`${this.#stem}.run.json`, `${this.#stem}.drills.jsonl`),
      this.#report.read(),
      this.#tail.refresh(),
    ])
    const points = this.#tail.points.slice(-limit)
    const last = points.at(-1)
    const sha256 = this.#tail.lastSha256
    return {
      exists: this.#tail.exists,
      run: last ? runView(last, declared) : null,
      coverage: coverageOf(points),
      chain: last && sha256 ? { seq: last.seq, sha256 } : null,
      corrupt: this.#tail.corrupt,
      series: soakSeries(points),
      drills: declared?.drills ?? [],
      report,
    }
  }
}

function runView(last: SoakPoint, declared: DeclaredRun | undefined): RunView {
  const { runId, intervalMs, seq, head, tsMs } = last
  const timeScale = declared?.run.run_id === runId ? declared.run.time_scale : null
  return { runId, intervalMs, timeScale, lastTs: formatTime(tsMs), records: seq + 1, head }
}

/** Slots with a record ÷ slots, from the first record shown to the last; sequence numbers of a run begin with 0. */
export function coverageOf(points: readonly SoakPoint[]): CoverageView | null {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last) return null
  return {
    from: formatTime(first.tsMs),
    to: formatTime(last.tsMs),
    expected: last.slot - first.slot + 1,
    valid: new Set(points.map(({ slot }) => slot)).size,
    isWholeRun: first.seq === 0,
  }
}
