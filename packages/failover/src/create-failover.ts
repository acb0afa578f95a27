import { MontanaError, noMetrics, silentLogger } from '@montana/foundation'
import type { CommandResult } from './agent/command-types.js'
import type { PolicyServices } from './agent/ports.js'
import type { FailoverStatus } from './agent/status.js'
import { type RunningAgent, type StartAgentInit, startAgent } from './assembly/start-agent.js'
import { promoteMsOf } from './config/bounds/bounds.js'
import type { GroupConfig } from './config/types.js'
import type { Epoch } from './epoch.js'
import { EPOCH_HEADER } from './fence/headers.js'
import { createHookRunner, type TenureContext } from './runner/hook-service.js'

/** What a hook is handed. `headers` go with every fenced effect over HTTP. */
export interface MasterContext extends TenureContext {
  readonly fence: {
    readonly headers: Readonly<Record<string, string>>
    /** A sink has seen a higher epoch: whoever acted under this one stops. Spec three-mirror 9. */
    refused(highest: Epoch): void
  }
}

export interface StandbyContext {
  readonly policy: string
  readonly signal: AbortSignal
}

export interface FailoverHooks {
  readonly master: (context: MasterContext) => Promise<void> | void
  readonly standby: (context: StandbyContext) => Promise<void> | void
  readonly prepare: (context: StandbyContext) => Promise<void> | void
  readonly quiesce: (context: StandbyContext) => Promise<void> | void
}

export type FailoverModules = Pick<StartAgentInit, 'self' | 'paths'> &
  Partial<Pick<StartAgentInit, 'status' | 'logger' | 'metrics' | 'metricsText'>>

/** One group in this process; see `createFailover`. */
export class Failover {
  readonly config: GroupConfig
  readonly #modules: FailoverModules
  readonly #hooks: { [K in keyof FailoverHooks]: FailoverHooks[K][] } = {
    master: [],
    standby: [],
    prepare: [],
    quiesce: [],
  }
  readonly #onEnd: () => void
  #isRunning = false
  #agent: RunningAgent | undefined

  constructor(config: GroupConfig, modules: FailoverModules, onEnd: () => void) {
    this.config = config
    this.#modules = modules
    this.#onEnd = onEnd
  }

  /** Hooks of one kind run one after another, for every policy; each must bear being called twice. */
  on<K extends keyof FailoverHooks>(event: K, hook: FailoverHooks[K]): this {
    this.#hooks[event].push(hook)
    return this
  }

  /** Until `signal` fires; then every role is given away. Throws what `startAgent` throws. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#isRunning) throw new MontanaError('ALREADY_RUNNING', `${this.config.group} runs in this process already`)
    this.#isRunning = true
    try {
      this.#agent = await this.#start()
      await this.#agent.run(signal)
    } finally {
      this.#isRunning = false
      this.#agent = undefined
      this.#onEnd()
    }
  }

  async #start(): Promise<RunningAgent> {
    const { status = { host: '127.0.0.1', port: 0 }, ...modules } = this.#modules
    const defaults = { logger: silentLogger, metrics: noMetrics, metricsText: async () => '' }
    return await startAgent({ ...defaults, ...modules, status, config: this.config, hooks: this.#services() })
  }

  /** Undefined while it does not run. */
  status(): FailoverStatus | undefined {
    return this.#agent?.status()
  }

  /** Gives every role away and takes none for `forMs`. */
  async stepDown({ forMs, reason, by }: { forMs: number; reason: string; by: string }): Promise<CommandResult> {
    if (!this.#agent) throw new MontanaError('NOT_RUNNING', `${this.config.group} does not run in this process`)
    return await this.#agent.command({ kind: 'step-down', forMs, reason, by })
  }

  #services(): Record<string, PolicyServices> {
    const entries = Object.keys(this.config.policies).map((policy) => [policy, this.#service(policy)] as const)
    return Object.fromEntries(entries)
  }

  #service(policy: string): PolicyServices {
    const promoteTimeoutMs = promoteMsOf(this.config, policy)
    const each =
      (kind: 'standby' | 'prepare' | 'quiesce') =>
      async ({ signal }: { readonly signal: AbortSignal }) => {
        for (const hook of this.#hooks[kind]) await hook({ policy, signal })
      }
    return createHookRunner(
      { name: `hooks of ${policy}`, promoteTimeoutMs, effects: { survivor: 'idempotent' } },
      {
        onBecomeMaster: async (context) => {
          const headers = { [EPOCH_HEADER]: String(context.epoch) }
          const fence = { headers, refused: (highest: Epoch) => this.#agent?.epochRefused(policy, highest) }
          for (const hook of this.#hooks.master) await hook({ ...context, fence })
        },
        onBecomeStandby: each('standby'),
        prepare: each('prepare'),
        quiesce: each('quiesce'),
      },
    )
  }
}

const groups = new Map<string, Failover>()

/** The failover of a group in this process: the same object for the same group until its `run` has ended. Spec 10.3. */
export function createFailover(config: GroupConfig, modules: FailoverModules): Failover {
  const known = groups.get(config.group)
  if (known) return known
  const created = new Failover(config, modules, () => groups.delete(config.group))
  groups.set(config.group, created)
  return created
}

export interface ThreeMirrorInit extends FailoverModules {
  readonly config: GroupConfig
  /** `serve` by default. */
  readonly policy?: string
  startPolling(context: MasterContext): Promise<void> | void
  stopPolling(): Promise<void> | void
}

/** The shape of the older implementation: a bot that polls on one host at a time. */
export async function runWith3Mirror(init: ThreeMirrorInit, signal: AbortSignal): Promise<void> {
  const { config, policy = 'serve', startPolling, stopPolling, ...modules } = init
  const failover = createFailover(config, modules)
  failover.on('master', async (context) => {
    if (context.policy === policy) await startPolling(context)
  })
  failover.on('standby', async (context) => {
    if (context.policy === policy) await stopPolling()
  })
  await failover.run(signal)
}
