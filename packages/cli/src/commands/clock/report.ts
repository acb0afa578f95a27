import { assessSpeed, dForSeconds, PRODUCTION_D, type SpeedVerdict, TARGET_WINDOW_SECONDS } from '@montana/timechain'
import type { CliContext } from '../../context.js'
import { labelled } from '../../table.js'
import type { Calibration, Rate } from './calibrate.js'
import type { Network } from './network.js'

/** The one object that `--json` prints. */
export interface CalibrationReport extends Calibration {
  readonly verification: readonly (Rate & { readonly threads: number; readonly timesChain: number })[]
  readonly production: SpeedVerdict & { readonly d: number; readonly periodSeconds: number }
  /** `periodSeconds` is null where no pace was seen, and 60 s are meant. */
  readonly network: (SpeedVerdict & Omit<Network, 'periodSeconds'> & { readonly periodSeconds: number | null }) | null
  /** The D whose windows would take 60 s here. */
  readonly dForTarget: number
  readonly verdict: 'FAST_ENOUGH' | 'TOO_SLOW'
  readonly sentence: string
}

export function reportOf(calibration: Calibration, network: Network | undefined): CalibrationReport {
  const { stepsPerSecond } = calibration.chain
  const production = {
    d: PRODUCTION_D,
    periodSeconds: TARGET_WINDOW_SECONDS,
    ...assessSpeed(stepsPerSecond, PRODUCTION_D),
  }
  const judged = network && {
    ...network,
    periodSeconds: network.periodSeconds ?? null,
    ...assessSpeed(stepsPerSecond, network.d, network.periodSeconds),
  }
  const { isTooSlow, sentence } = judged ?? production
  return {
    ...calibration,
    verification: calibration.verification.map((rate) => ({
      ...rate,
      timesChain: rounded(rate.stepsPerSecond / stepsPerSecond),
    })),
    production,
    network: judged ?? null,
    dForTarget: dForSeconds(stepsPerSecond, TARGET_WINDOW_SECONDS),
    verdict: isTooSlow ? 'TOO_SLOW' : 'FAST_ENOUGH',
    sentence,
  }
}

export function printReport(context: CliContext, report: CalibrationReport): void {
  const { chain, rounds, verification, production, network } = report
  context.out(labelled('clock backend', report.backend))
  const spread = `median of ${rounds}, ${millions(chain.slowest)} to ${millions(chain.fastest)}`
  context.out(labelled('chain', `${millions(chain.stepsPerSecond)} steps/s (${spread})`))
  for (const { threads, stepsPerSecond, timesChain } of verification) {
    const label = `verify, ${threads} core${threads === 1 ? '' : 's'}`
    context.out(labelled(label, `${millions(stepsPerSecond)} steps/s, ${timesChain} times the chain`))
  }
  context.out(labelled('production window', windowText(production)))
  if (network) context.out(labelled('network window', windowText(network)))
  context.out(labelled(`D for ${TARGET_WINDOW_SECONDS} s here`, report.dForTarget))
  context.out(labelled('verdict', report.sentence))
}

function windowText({ windowSeconds, d }: { windowSeconds: number; d: number }): string {
  return `${windowSeconds.toPrecision(3)} s for D ${d}`
}

function millions(stepsPerSecond: number): string {
  return `${(stepsPerSecond / 1e6).toFixed(2)} M`
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
