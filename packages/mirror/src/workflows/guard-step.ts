import type { WorkflowFile, WorkflowJob, WorkflowStep } from './parse.js'

/** Shells that end with the exit code of the one command that they are given. */
const SHELLS: readonly unknown[] = [undefined, 'bash', 'sh']
/** What the guard decides by: no credential, and no nonce, which only ever fits the record that asks for it. */
const DECISIVE = /^(?!MIRROR_NONCE$)(?:MIRROR|MASTER|SENTINEL)_(?!.*_?(?:TOKEN|KEY)$)/i

/** Names by which a file makes the guard run other code than its own. */
const STEERING = new Set(['NODE_OPTIONS', 'NODE_PATH', 'PATH', 'BASH_ENV', 'ENV', 'LD_PRELOAD', 'LD_LIBRARY_PATH'])

type Settings = Pick<WorkflowFile, 'defaults' | 'env'>

/** Why the guard of a job does not decide, though it stands there; null when it does. Spec repository-mirror 8.3. */
export function whyPowerless(workflow: Settings, job: WorkflowJob, guard: WorkflowStep): string | null {
  const defaults = [job.defaults?.run, workflow.defaults?.run]
  if (!SHELLS.includes(inherited('shell', guard, defaults))) return 'its guard runs in a shell that may hide its answer'
  if (inherited('working-directory', guard, defaults) !== undefined) return 'its guard runs in another folder'
  const environments = [workflow.env, job.env, guard.env]
  const name = environments.flatMap(foreignNames)[0]
  return name === undefined ? null : `its guard is told ${name} by the file, not by the repository`
}

/** Whose checkout brings the guard: another repository would bring one that says yes. */
export function bringsForeignCode({ with: inputs }: WorkflowStep): boolean {
  const { repository } = recordOf(inputs) ?? {}
  return repository !== undefined && unwrapped(repository) !== 'github.repository'
}

function inherited(key: string, step: WorkflowStep, defaults: readonly (Record<string, unknown> | undefined)[]) {
  return [step, ...defaults].map((of) => of?.[key]).find((value) => value !== undefined)
}

/** Names whose value is anything but the variable or secret of the same name. */
function foreignNames(environment: unknown): string[] {
  if (environment === undefined || environment === null) return []
  const entries = recordOf(environment)
  if (entries === null) return ['its environment']
  return Object.entries(entries).flatMap(([name, value]) => (isForeign(name, value) ? [name] : []))
}

function isForeign(name: string, value: unknown): boolean {
  if (STEERING.has(name)) return true
  return DECISIVE.test(name) && ![`vars.${name}`, `secrets.${name}`].includes(unwrapped(value) ?? '')
}

/** `a.b` of `${{ a.b }}`. */
function unwrapped(value: unknown): string | undefined {
  return typeof value === 'string' ? /^\$\{\{\s*([\w.]+)\s*\}\}$/.exec(value.trim())?.[1] : undefined
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
