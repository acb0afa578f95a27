import { isAbort, MontanaError } from '@montana/foundation'
import type { Manifest, Role } from './contracts/config.js'
import type { Provider } from './contracts/provider.js'
import type { Finding } from './reconcile/finding.js'
import { isAsExpected, readWorkflows, type WorkflowReport } from './reconcile/workflows.js'

/** Spec repository-mirror 6.2. */
export const EXPIRY_WARNING_MS = 14 * 24 * 3_600_000
const DAY_MS = 24 * 3_600_000

export type Health = 'ok' | 'degraded' | 'failed'

export interface HealthReport {
  readonly health: Health
  readonly findings: readonly Finding[]
  /** Milliseconds since the epoch; null where nobody tells. */
  readonly credentialExpiryMs: number | null
  readonly workflows: readonly WorkflowReport[]
}

export interface HealthInit {
  readonly provider: Provider
  readonly manifest: Pick<Manifest, 'workflows'>
  /** That the target should have. */
  readonly role: Role
  /** Milliseconds since the epoch. */
  readonly nowMs: number
}

/** Reachability, the end of the credential and the states of the workflows. Throws only for an abort. */
export async function checkHealth(init: HealthInit, signal: AbortSignal): Promise<HealthReport> {
  const { provider } = init
  const reached = await attempt(() => reach(provider, signal))
  const states = reached.failed ? { value: [], findings: [], failed: false } : await attempt(() => read(init, signal))
  const credentialExpiryMs = provider.credentialExpiry?.() ?? null
  const findings = [
    ...reached.findings,
    ...(reached.value ?? []),
    ...states.findings,
    ...(states.value ?? []).flatMap(workflowFindings),
    ...expiryFindings(credentialExpiryMs, init.nowMs),
  ]
  const health = reached.failed ? 'failed' : findings.length > 0 ? 'degraded' : 'ok'
  return { health, findings, credentialExpiryMs, workflows: states.value ?? [] }
}

interface Attempt<T> {
  readonly value: T | null
  readonly findings: readonly Finding[]
  readonly failed: boolean
}

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), findings: [], failed: false }
  } catch (error) {
    if (isAbort(error) || !(error instanceof MontanaError)) throw error
    const { code, message, remedy = null } = error
    return { value: null, findings: [{ code, message, remedy }], failed: true }
  }
}

async function reach(provider: Provider, signal: AbortSignal): Promise<readonly Finding[]> {
  const { archived, canonicalName } = await provider.describe(signal)
  if (!archived) return []
  const message = `${canonicalName} is archived: nothing can be written to it`
  return [{ code: 'target-archived', message, remedy: 'Unarchive the repository, or take another one.' }]
}

async function read({ provider, manifest, role }: HealthInit, signal: AbortSignal) {
  return provider.workflows === undefined ? [] : await readWorkflows(provider.workflows, manifest, role, signal)
}

function workflowFindings(report: WorkflowReport): readonly Finding[] {
  const { file, expected, actual } = report
  if (isAsExpected(report)) return []
  if (actual === 'disabled_inactivity') {
    const message = `${file} was stopped by the provider after 60 days without activity`
    return [{ code: 'workflow-inactive', message, remedy: `Enable ${file} again; a sync does it.` }]
  }
  const message = `${file} should be ${expected} and is ${actual}`
  return [{ code: 'workflow-state', message, remedy: 'Sync the layer workflows of this target.' }]
}

/** Spec repository-mirror 6.2. */
function expiryFindings(expiryMs: number | null, nowMs: number): readonly Finding[] {
  if (expiryMs === null || expiryMs - nowMs > EXPIRY_WARNING_MS) return []
  const days = Math.max(0, Math.floor((expiryMs - nowMs) / DAY_MS))
  const message = expiryMs <= nowMs ? 'the credential has expired' : `the credential ends in ${days} days`
  return [{ code: 'credential-expires', message, remedy: 'Make a new token and replace the old one.' }]
}
