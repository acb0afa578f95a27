import type { CheckReport } from '@montana/node'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { dataDirOf } from '../start-flags.js'

interface CheckFlags extends GlobalOptions {
  repair?: boolean
}

export function storeCommand(context: CliContext): Command {
  return new Command('store').description('look after the store of a node').addCommand(checkCommand(context))
}

/** Exit 0 for a sound store, 1 for faults, 78 when there is no store or, with --repair, while a node runs on it. */
function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description(
      'read the whole store of --data-dir and the files beside it, and name what is damaged: file, table, key, remedy',
    )
    .option('--repair', 'mend what follows from the rest and note what peers can give; the node must be stopped')
    .action(async (_: unknown, self: Command) => {
      const { json, repair = false } = self.optsWithGlobals<CheckFlags>()
      const { checkStore } = await import('@montana/node')
      const report = await checkStore({ dataDir: dataDirOf(context, self), repair, signal: context.signal })
      if (json) context.json(report)
      else for (const line of linesOf(report)) context.out(line)
      if (!report.sound) context.exit(1)
    })
}

function linesOf({ sound, faults, repaired, missing, resync }: CheckReport): string[] {
  const found = faults.flatMap(({ code, file, table, key, window, message, remedy }) => {
    const place = [file, table, window === undefined ? undefined : `window ${window}`, key].filter(Boolean).join(' ')
    return [`${place}: ${code}: ${message}`, `  ${remedy}`]
  })
  const waiting = missing.map(({ kind, window }) => `missing: the ${kind} of window ${window}, until a peer gives it`)
  const join = resync === null ? [] : [`re-synchronisation: ${resync}`]
  const verdict = `verdict: ${sound ? 'SOUND' : 'DAMAGED'}`
  return [...repaired.map((line) => `repaired: ${line}`), ...found, ...waiting, ...join, verdict]
}
