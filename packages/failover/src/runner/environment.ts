import type { ServiceConfig } from '../config/types.js'
import type { Mode, Standing } from '../core/types.js'
import type { Epoch } from '../epoch.js'

export interface TenureFacts {
  readonly group: string
  readonly host: string
  readonly policy: string
  readonly epoch: Epoch
  readonly mode: Mode
  readonly standing: Standing
  readonly reason: string
  /** Holds the epoch, for those who run longer than one. */
  readonly epochFile: string
}

/** What a service may do outward while it cannot be fenced: spec three-mirror 4 and 9. */
export function effectsOf(
  { mode, standing }: Pick<TenureFacts, 'mode' | 'standing'>,
  service: Pick<ServiceConfig, 'effects'>,
): 'none' | 'idempotent' | 'all' {
  if (mode === 'LEASED' || (mode === 'CHAIN' && standing === 'majority')) return 'all'
  // A minority with the witnesses' quorum is as a survivor: another island may have the majority.
  return mode === 'ISOLATED' ? 'none' : service.effects.survivor
}

/** The environment of services and hooks: spec three-mirror 2. Of the agent's own it keeps what programs need to run. */
export function environmentOf(facts: TenureFacts, service: ServiceConfig): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    ...montanaEnvironment(facts, service),
  }
}

/** Names that we give, and nothing else. */
export function montanaEnvironment(
  facts: TenureFacts,
  service: Pick<ServiceConfig, 'effects'>,
): Record<string, string> {
  return {
    MONTANA_GROUP: facts.group,
    MONTANA_HOST: facts.host,
    MONTANA_POLICY: facts.policy,
    MONTANA_EPOCH: String(facts.epoch),
    MONTANA_EPOCH_FILE: facts.epochFile,
    MONTANA_MODE: facts.mode,
    MONTANA_REASON: facts.reason.slice(0, REASON_MAX_CHARS),
    MONTANA_EFFECTS: effectsOf(facts, service),
  }
}

/** A sentence; who wants more reads the history. */
const REASON_MAX_CHARS = 500

const KEPT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'CREDENTIALS_DIRECTORY', 'STATE_DIRECTORY']
