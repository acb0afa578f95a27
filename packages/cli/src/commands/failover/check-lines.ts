import { type Bound, type OverlapBound, secondsText } from '@montana/failover/settings'
import type { Paint } from '../../paint.js'
import { labelled } from '../../table.js'
import type { CheckReport } from './check-report.js'

/** The report for people: the chains with their bounds, the edge of the promise, then what is weaker than it looks. */
export function checkLines(report: CheckReport, paint: Paint): string[] {
  return [
    ...headLines(report),
    ...Object.keys(report.chains).flatMap((policy) => ['', ...policyLines(report, policy, paint)]),
    '',
    ...(report.bounds.overlap === null ? [] : [overlapLine(report.bounds.overlap)]),
    labelled('witnesses', witnessText(report)),
    '',
    report.condition,
    paint.bold(report.edge),
    ...report.warnings.map(({ field, message, remedy }) => paint.yellow(`warning: ${field}: ${message}; ${remedy}`)),
  ]
}

function headLines({ group, file, digest, profile, coordinator }: CheckReport): string[] {
  return [
    labelled('group', group),
    labelled('file', file),
    labelled('digest', digest),
    labelled('profile', profile.name),
    labelled('coordinator', coordinator),
  ]
}

function policyLines({ chains, bounds }: CheckReport, policy: string, paint: Paint): string[] {
  const found = bounds.policies[policy]
  const chain = (chains[policy] ?? []).join(' > ')
  if (found === undefined) return [labelled(policy, chain)]
  return [
    paint.bold(labelled(policy, chain)),
    boundLine('  host dies', found.failover, paint),
    found.survivor === null ? noSurvivor(found.failover) : boundLine('  no majority left', found.survivor, paint),
    ...found.services.map((bound) => boundLine(`  ${bound.service} crashes`, bound, paint)),
  ]
}

function boundLine(label: string, { formula, limit, limitMs }: Bound, paint: Paint): string {
  return labelled(label, `${paint.green(formula)} < ${limit} ${secondsText(limitMs)} s`)
}

function noSurvivor({ kind }: Bound): string {
  return labelled('  no majority left', kind === 'etcd' ? 'the lease decides' : 'nothing runs: there is no witness')
}

function overlapLine({ formula }: OverlapBound): string {
  return labelled('no overlap', formula)
}

function witnessText({ witnesses, witnessQuorum }: CheckReport): string {
  if (witnesses.length === 0) return 'none'
  const names = witnesses.map(({ name, kind }) => `${name} (${kind})`).join(', ')
  return `${names}; quorum ${witnessQuorum} of ${witnesses.length}`
}
