import { resolve } from 'node:path'
import { UsageError } from '@montana/foundation'
import { type ChangeInit, createServices, SERVICE_KINDS, type ServiceKind } from '@montana/release'
import { type Command, Option } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'

export interface ReleaseFlags extends GlobalOptions {
  root: string
  services?: ServiceKind
  wait: string
}

const WAIT_MAX_S = 3_600

/** What every change of release takes. */
export function addReleaseFlags(command: Command): Command {
  const services = new Option('--services <kind>', 'who runs the services (default: systemd where it runs, else none)')
  return command
    .option('--root <dir>', 'prefix of all paths, for another system than this one', '/')
    .addOption(services.choices([...SERVICE_KINDS]))
    .option('--wait <seconds>', 'for the node to be ready after the restart', '60')
}

/** Each step is told on stderr as it begins. Throws UsageError (2). */
export function changeInit(context: CliContext, flags: ReleaseFlags): ChangeInit {
  const root = resolve(flags.root)
  const step = (text: string) => {
    if (!flags.quiet) context.err(`montana: ${text}`)
  }
  return { root, services: createServices(root, flags.services), waitMs: secondsToMs(flags.wait), step }
}

function secondsToMs(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds > 0 && seconds <= WAIT_MAX_S) return seconds * 1000
  throw new UsageError(`--wait '${text}' is not a whole number from 1 to ${WAIT_MAX_S}`, { field: 'wait' })
}
