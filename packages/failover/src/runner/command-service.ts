import { type Logger, sleep } from '@montana/foundation'
import type { Tenure } from '../agent/ports.js'
import type { ServiceConfig } from '../config/types.js'
import { FailoverError } from '../errors.js'
import { environmentOf, type TenureFacts } from './environment.js'
import { ProcessGroup } from './process-group.js'
import type { ServiceForm } from './service.js'

export interface CommandServiceModules {
  readonly group: string
  readonly host: string
  readonly epochFile: string
  readonly logger: Logger
  /** Folder of its own delegated control group, or null. */
  readonly cgroup: string | null
  /** Tells the keeper which process group it has to end when the agent is gone; null: none. */
  onGroup(id: number | null): void
}

/** Part of the kill budget that a graceful stop may use before it becomes SIGKILL. */
const GRACE_SHARE = 0.6

/** A service that is a command: argv, never a shell; started as a group, ended as a group. */
export function commandForm(
  service: ServiceConfig,
  run: { readonly command: readonly string[]; readonly cwd?: string },
  modules: CommandServiceModules,
): ServiceForm {
  let current: ProcessGroup | undefined
  const facts = (tenure: Tenure): TenureFacts => ({ ...tenure, ...modules })
  return {
    start: async (tenure) => {
      if (current && !current.hasEnded) throw failed(service, 'still runs from before')
      current = new ProcessGroup({
        command: run.command,
        ...(run.cwd !== undefined && { cwd: run.cwd }),
        cgroup: modules.cgroup,
        environment: environmentOf(facts(tenure), service),
        onOutput: (line) => modules.logger.debug({ service: service.name, line }, 'output'),
      })
      modules.onGroup(current.id ?? null)
      if (current.id !== undefined) return
      // Node tells why in its next turn.
      await sleep(0)
      throw failed(service, `could not be started: ${current.failure?.message}`)
    },
    hasEnded: () => current === undefined || current.hasEnded,
    stop: async ({ budgetMs, isGraceful }) => {
      if (!current) return
      if (isGraceful) current.signal('SIGTERM')
      const graceMs = isGraceful ? budgetMs * GRACE_SHARE : 0
      if (!(await current.ended(graceMs))) current.signal('SIGKILL')
      if (!(await current.ended(budgetMs - graceMs))) throw failed(service, `could not be ended in ${budgetMs} ms`)
      current = undefined
      modules.onGroup(null)
    },
    kill: () => current?.signal('SIGKILL'),
  }
}

function failed(service: ServiceConfig, what: string): FailoverError {
  return new FailoverError('HOOK_FAILED', `service ${service.name} ${what}`)
}
