import { type OperatorEntry, operatorsText, parseStrictJson, readDocumentFile } from '@montana/fleet'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { PUBLIC_MODE, writeNewFile } from './new-file.js'

interface Flags extends GlobalOptions {
  out: string
  network: string
  threshold: string
}

const MAX_KEY_BYTES = 8192

export function operatorsCommand(context: CliContext): Command {
  return new Command('operators')
    .description('make the trust root operators.json from the public keys of its operators')
    .argument('<pub...>', 'files that montana keys new wrote beside the secret ones')
    .requiredOption('--out <FILE>', 'the new file')
    .requiredOption('--network <NAME>', 'the network whose documents they sign')
    .requiredOption('--threshold <K>', 'how many of them must sign')
    .action(async (files: string[], _: unknown, self: Command) => {
      const { out, network, threshold: text, json } = self.optsWithGlobals<Flags>()
      const threshold = thresholdOf(text)
      const operators = await Promise.all(files.map(readEntry))
      await writeNewFile(out, operatorsText({ network, version: 1, threshold, operators }), PUBLIC_MODE)
      const ids = operators.map(({ id }) => id)
      if (json) return context.json({ file: out, network, threshold, operators: ids })
      context.out(`${out}: ${threshold} of ${ids.length} (${ids.join(', ')}) sign for ${network}`)
    })
}

function thresholdOf(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new UsageError(`--threshold '${text}' is not a whole number from 1 to 99`, { field: 'threshold' })
}

/** Its form is judged as part of the trust root. */
async function readEntry(file: string): Promise<OperatorEntry> {
  return parseStrictJson(await readDocumentFile(file), MAX_KEY_BYTES) as OperatorEntry
}
