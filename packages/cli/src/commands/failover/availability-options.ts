import type { AvailabilityInput } from '@montana/failover/settings'
import { UsageError } from '@montana/foundation'
import type { Command } from 'commander'
import type { GlobalOptions } from '../../context.js'
import { parseSeconds, SECONDS_FORMS } from './duration.js'

interface Flags extends GlobalOptions {
  a: string
  n: string
  mtbf: string
  switch: string
  failback: string
  planned: string
  handover: string
  beta: string
  coverage: string
  rule: string
}

const HOSTS_MAX = 64

/** Spec three-mirror 13. */
export function addAvailabilityFlags(command: Command): Command {
  return command
    .option('--a <A>', 'availability of one host', '0.99')
    .option('--n <N>', 'number of hosts', '5')
    .option('--mtbf <duration>', 'mean time between failures of the leader', '30d')
    .option('--switch <duration>', 'a failover', '7')
    .option('--failback <duration>', 'a return to the first host', '1')
    .option('--planned <N>', 'planned handovers a year', '12')
    .option('--handover <duration>', 'a planned handover', '1')
    .option('--beta <share>', 'share of faults that all hosts have in common', '0.01')
    .option('--coverage <share>', 'share of faults that the detector sees', '0.99')
    .option('--rule <rule>', 'who is enough: any host, or a majority', 'any')
}

/** Throws {@link UsageError} that names the flag. */
export function readAvailability(flags: Flags): AvailabilityInput {
  return {
    hostAvailability: share('a', flags.a),
    hosts: hosts(flags.n),
    rule: rule(flags.rule),
    mtbfSeconds: mtbf(flags.mtbf),
    switchSeconds: duration('switch', flags.switch),
    failbackSeconds: duration('failback', flags.failback),
    plannedPerYear: count('planned', flags.planned),
    handoverSeconds: duration('handover', flags.handover),
    commonCause: share('beta', flags.beta),
    coverage: share('coverage', flags.coverage),
  }
}

function share(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && value <= 1) return value
  throw wrong(flag, text, 'a number from 0 to 1')
}

function count(flag: string, text: string): number {
  const value = Number(text)
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return value
  throw wrong(flag, text, 'a number from 0')
}

function hosts(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= HOSTS_MAX) return value
  throw wrong('n', text, `a whole number from 1 to ${HOSTS_MAX}`)
}

function mtbf(text: string): number {
  const seconds = duration('mtbf', text)
  if (seconds > 0) return seconds
  throw wrong('mtbf', text, 'a time above 0')
}

function duration(flag: string, text: string): number {
  const seconds = parseSeconds(text)
  if (seconds !== undefined) return seconds
  throw wrong(flag, text, SECONDS_FORMS)
}

function rule(text: string): AvailabilityInput['rule'] {
  if (text === 'any' || text === 'majority') return text
  throw wrong('rule', text, 'any or majority')
}

function wrong(flag: string, text: string, what: string): UsageError {
  return new UsageError(`--${flag} '${text}' is not ${what}`, { field: flag, remedy: `give ${what}` })
}
