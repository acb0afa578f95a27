import { systemTime, UsageError } from '@montana/foundation'
import type { Values } from '../config/settings.js'
import type { ScriptAnswer } from './answer.js'
import { readScriptEnvironment } from './environment.js'
import { runGuard } from './guard.js'
import { withScratch } from './place.js'
import { type RecoverScriptInit, runRecover } from './recover.js'
import { runWatch } from './watch.js'

type Verb = (init: RecoverScriptInit, signal: AbortSignal) => Promise<ScriptAnswer>

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['watch', runWatch],
  ['guard', runGuard],
  ['recover', runRecover],
])

export interface VerbInit {
  readonly verb: string
  readonly environment: Values
  /** The checkout. */
  readonly source: string
}

/** One verb from the environment to its answer. Throws UsageError (2), ConfigError (78), MirrorError, AbortError. */
export async function runVerb({ verb, environment, source }: VerbInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const run = VERBS.get(verb)
  if (run === undefined) {
    throw new UsageError(`'${verb}' is no verb`, { remedy: `write ${[...VERBS.keys()].join(', ')}` })
  }
  const read = readScriptEnvironment(environment)
  const rest = { source, values: environment, proxyEnvironment: environment, time: systemTime }
  return await withScratch(environment.RUNNER_TEMP, (folder) => run({ environment: read, folder, ...rest }, signal))
}
