import { dirname, join } from 'node:path'
import type { GroupConfig } from '../config/types.js'

/** Where the agent of one host keeps and finds its files. */
export interface AgentPaths {
  readonly identityDir: string
  readonly operators: string
  readonly registryState: string
  readonly epochs: string
  /** The name of the newest life of the agent. */
  readonly boot: string
  /** What clients of git witnesses have for themselves. */
  readonly witnesses: string
  readonly history: string
  readonly pause: string
  readonly lock: string
  readonly socket: string
  /** Gone with the agent: what service units look for before they start. */
  readonly tenures: string
  /** Where the breathing of this host listens. */
  readonly breathSocket: string
}

export const DEFAULT_RUN_DIR = '/run/montana-failover'

export interface PathInit {
  readonly stateDir?: string | undefined
  readonly identityDir?: string | undefined
  readonly socket?: string | undefined
  /** `MONTANA_BREATH_SOCKET`: where the breathing is a unit, its socket outlives the agent. */
  readonly breathSocket?: string | undefined
  /** `RUNTIME_DIRECTORY` of systemd. */
  readonly runDir?: string | undefined
}

/** The trust root stands beside the registry. */
export function agentPaths(config: GroupConfig, init: PathInit): AgentPaths {
  const state = init.stateDir ?? config.stateDir
  const socket = init.socket ?? join(init.runDir ?? DEFAULT_RUN_DIR, 'failover.sock')
  return {
    identityDir: init.identityDir ?? (init.stateDir === undefined ? config.identityDir : join(state, 'identity')),
    operators: join(dirname(config.registry), 'operators.json'),
    registryState: join(state, 'registry'),
    epochs: join(state, 'epochs'),
    boot: join(state, 'boot'),
    witnesses: join(state, 'witnesses'),
    history: join(state, 'history.jsonl'),
    pause: join(state, 'pause.json'),
    lock: join(state, 'agent.lock'),
    socket,
    tenures: dirname(socket),
    breathSocket: init.breathSocket ?? join(dirname(socket), 'breath.sock'),
  }
}
