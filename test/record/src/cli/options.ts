import { parseArgs } from 'node:util'
import { errorMessage, UsageError } from '@montana/foundation'

export const USAGE = `usage: npm run -s findings -- write | seal | refind [ID...] [--json]
write   renders docs/track-record.md from docs/findings.json (part of npm run docs)
seal    gives sums to entries that have none; refuses an entry that was changed after it was sealed
refind  puts former bugs back and runs what finds them: all, or those named; exit 1 where an oracle does not notice,
        or notices in the sound product too
  --seeds A-B   looks for seeds of one bug instead of running the registered one`

export interface RefindCommand {
  readonly verb: 'refind'
  readonly ids: readonly string[]
  readonly json: boolean
  /** First and last seed of a search. */
  readonly seeds?: readonly [number, number]
}

export type Command = RefindCommand | { readonly verb: 'write' | 'seal' | 'help' }

export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parse(args)
  const [verb, ...ids] = positionals
  if (values.help || verb === undefined) return { verb: 'help' }
  if (verb === 'refind') return { verb, ids, json: values.json, ...(values.seeds && { seeds: range(values.seeds) }) }
  if ((verb === 'write' || verb === 'seal') && ids.length === 0) return { verb }
  throw new UsageError(`'${positionals.join(' ')}' is no command`)
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: 'boolean', default: false } as const
    const options = { json: flag, help: flag, seeds: { type: 'string' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { cause })
  }
}

function range(text: string): [number, number] {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? []
  if (from === undefined || Number(from) > Number(to)) throw new UsageError(`--seeds takes A-B, not '${text}'`)
  return [Number(from), Number(to)]
}
