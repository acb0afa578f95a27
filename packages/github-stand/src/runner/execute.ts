import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage } from '@montana/foundation'
import { checkOut } from './checkout.js'
import { type CommandFiles, type RunFacts, runnerEnvironment } from './contexts.js'
import type { StepCall, StepExecutor } from './job.js'
import { runShell } from './shell.js'

/** Actions that prepare what is already there, or do what the stand has no part for. */
const WITHOUT_EFFECT =
  /^actions\/(?:setup-node|cache|configure-pages|upload-pages-artifact|deploy-pages|upload-artifact)@/
const CHECKOUT = /^actions\/checkout@/

export interface ExecutorInit {
  readonly facts: RunFacts
  readonly cloneUrl: string
}

/** Executes steps: commands as processes, a checkout as a checkout; any other action fails. */
export function stepExecutor({ facts, cloneUrl }: ExecutorInit): StepExecutor {
  let steps = 0
  return async (call) => {
    steps += 1
    const files = { output: join(facts.temporary, `output-${steps}`), exported: join(facts.temporary, `env-${steps}`) }
    return call.isCommand ? await command(call, facts, files) : await action(call, facts, cloneUrl)
  }
}

async function command({ what, environment, signal }: StepCall, facts: RunFacts, files: CommandFiles) {
  for (const file of [files.output, files.exported]) await writeFile(file, '')
  const secrets = [...facts.repository.secrets.values(), facts.token]
  const { code, output } = await runShell(what, {
    ...{ folder: facts.workspace, signal, masked: secrets },
    environment: { ...runnerEnvironment(facts, files), ...environment },
  })
  const conclusion = signal.aborted ? 'cancelled' : code === 0 ? 'success' : 'failure'
  const outputs = valuesIn(await readFile(files.output, 'utf8'))
  const exported = valuesIn(await readFile(files.exported, 'utf8'))
  return { conclusion, exitCode: code, output, outputs, exported } as const
}

async function action({ what, inputs }: StepCall, facts: RunFacts, url: string) {
  const done = { conclusion: 'success', exitCode: null, output: '' } as const
  if (WITHOUT_EFFECT.test(what)) return done
  const failed = (output: string) => ({ ...done, conclusion: 'failure', output }) as const
  if (!CHECKOUT.test(what)) return failed(`this runner has no ${what}`)
  const { branch, commit } = facts.run
  const checkout = { folder: facts.workspace, url, branch, commit, token: facts.token, inputs }
  return await checkOut(checkout).then(
    () => done,
    (error) => failed(errorMessage(error)),
  )
}

/** `name=value` lines, and `name<<END` blocks. */
function valuesIn(text: string): Record<string, string> {
  const pattern = /^([\w-]+)(?:=(.*)|<<(.+)\n([\s\S]*?)\n?\3)$/gm
  return Object.fromEntries([...text.matchAll(pattern)].map(([, name, line, , block]) => [name, line ?? block ?? '']))
}
