import { MontanaError, UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { DEFAULT_ALERT_CONFIG, loadAlertConfig } from './config.js'
import { alertEvent } from './event.js'
import { type HookOutcome, runHook } from './hook.js'

interface AlertFlags extends GlobalOptions {
  unit: string
}

/** Below TimeoutStartSec of montana-alert@.service. */
const DEFAULT_DEADLINE_S = 30
const MS_PER_S = 1_000

export function alertCommand(context: CliContext): Command {
  return new Command('alert')
    .description(
      `tell of a unit that failed: one JSON event on stdout, and the hook of --config (${DEFAULT_ALERT_CONFIG})`,
    )
    .requiredOption('--unit <name>', 'the unit, as systemd names it to OnFailure=')
    .action(async (_, self: Command) => await alert(context, self.optsWithGlobals<AlertFlags>()))
}

async function alert(context: CliContext, { unit, config: path, json = false }: AlertFlags): Promise<void> {
  if (!/^[\w@:.\\-]{1,255}$/.test(unit))
    throw new UsageError(`--unit '${unit.slice(0, 64)}' is not the name of a unit`, {
      field: 'unit',
      remedy: 'for example montana-node.service',
    })
  const { label = null, hook, deadline_s: seconds = DEFAULT_DEADLINE_S } = await loadAlertConfig(path)
  const event = alertEvent({ unit, label, nowMs: Date.now(), environment: context.environment })
  // First: a hook that hangs must not keep the event out of the journal.
  if (!json) context.json(event)
  const deadline = AbortSignal.any([context.signal, AbortSignal.timeout(seconds * MS_PER_S)])
  const outcome = hook ? await runHook(hook, `${JSON.stringify(event)}\n`, deadline) : undefined
  if (json) context.json({ ...event, hook: outcome ?? null })
  fail(context, outcome, json)
}

function fail(context: CliContext, outcome: HookOutcome | undefined, json: boolean): void {
  if (outcome === undefined || outcome.ok) return
  if (json) return context.exit(1)
  const remedy = 'run it by hand with the event on its standard input'
  throw new MontanaError('ALERT_HOOK', `the hook failed: ${outcome.reason}`, { field: 'hook', remedy })
}
