import { type Check, isRed } from './doctor/check.js'
import { hasAddon } from './doctor/clock.js'
import type { Examination } from './doctor/doctor.js'
import { DoctorError } from './errors.js'
import { PATHS } from './host/layout.js'
import { type Inputs, readInputs } from './inputs.js'
import type { OnboardContext } from './options.js'
import { type Done, runStep, type Step, sentenceOf } from './step.js'
import { documentsStep } from './steps/documents.js'
import { identityStep } from './steps/identity.js'
import { joinMesh } from './steps/join.js'
import { releaseStep } from './steps/release.js'
import { type SelfCheck, selfCheck } from './steps/self-check.js'
import { unitsStep } from './steps/units.js'
import { usersStep } from './steps/users.js'
import { nodeStatus } from './steps/watch.js'

/** What a run tells, and what it asks. */
export interface OnboardEvents {
  checks(checks: readonly Check[], tookMs: number): void
  /** Everything that would be changed, step by step; empty: nothing. */
  plan(plan: readonly PlannedStep[]): void
  /** Before the first change; rejects or resolves to false when it is not to be done. */
  isAgreed(): Promise<boolean>
  step(name: string, done: Done, tookMs: number): void
}

export interface PlannedStep {
  readonly name: string
  readonly found: string
  /** `nothing` where there is nothing to do. */
  readonly todo: string
}

export type Outcome =
  | { readonly kind: 'planned' | 'declined' | 'requested' | 'installed'; readonly lines: readonly string[] }
  | { readonly kind: 'joined'; readonly lines: readonly string[]; readonly isSynced: boolean }

export interface OnboardModules extends OnboardContext {
  readonly events: OnboardEvents
  readonly signal: AbortSignal
  readonly isDryRun: boolean
  doctor(inputs: Inputs): Promise<Examination>
}

/** Steps 2 to 8 of spec operations 9.4. Nothing is changed before everything has been looked at and agreed to. */
export async function onboard(modules: OnboardModules): Promise<Outcome> {
  const { options, services, events, signal, isDryRun } = modules
  const inputs = await readInputs(options, Date.now(), signal)
  const { clock } = await examineHost(modules, inputs)
  const steps = stepsOf(modules, inputs, hasAddon(clock))
  const plan = await planOf(steps, signal)
  events.plan(plan)
  if (isDryRun) return { kind: 'planned', lines: ['nothing was changed (--dry-run)'] }
  const isChange = plan.some(({ todo }) => todo !== 'nothing')
  if (isChange && !(await events.isAgreed())) return { kind: 'declined', lines: ['nothing was changed'] }
  for (const step of steps) await timed(modules, step.name, () => runStep(step, signal))
  if (options.requestOnly) return { kind: 'requested', lines: [`join request: ${PATHS.joinRequest}`] }
  if (services.kind === 'none')
    return { kind: 'installed', lines: ['installed; nothing is started here (--services none)'] }
  return await joinAndCheck(modules, inputs)
}

async function examineHost({ events, doctor }: OnboardModules, inputs: Inputs): Promise<Examination> {
  const startedMs = performance.now()
  const examination = await doctor(inputs)
  events.checks(examination.checks, performance.now() - startedMs)
  const red = examination.checks.filter(isRed)
  if (red.length > 0) throw new DoctorError(red)
  return examination
}

function stepsOf(modules: OnboardModules, inputs: Inputs, hasAddon: boolean): Step[] {
  const { options } = modules
  const steps = [
    usersStep(options.root),
    releaseStep(options),
    documentsStep(options, inputs),
    identityStep(options, inputs),
  ]
  return options.requestOnly ? steps : [...steps, unitsStep(modules, { hasAddon, isNewManifest: inputs.isNewManifest })]
}

async function planOf(steps: readonly Step[], signal: AbortSignal): Promise<PlannedStep[]> {
  const plan: PlannedStep[] = []
  for (const { name, look } of steps) {
    const { found, actions } = await look(signal)
    plan.push({ name, found, todo: sentenceOf(actions) })
  }
  return plan
}

async function joinAndCheck(modules: OnboardModules, inputs: Inputs): Promise<Outcome> {
  const { options, signal } = modules
  const ask = (signal: AbortSignal) => nodeStatus(options.root, signal)
  await timed(modules, 'join', async () => ({ found: await joinMesh({ ask, inputs, signal }), did: 'nothing' }))
  let result: SelfCheck | undefined
  await timed(modules, 'self-check', async () => {
    result = await selfCheck({ ask, signal, requireSynced: options.requireSynced })
    return { found: result.found, did: 'nothing' }
  })
  return { kind: 'joined', lines: result?.lines ?? [], isSynced: result?.isSynced ?? false }
}

async function timed({ events }: OnboardModules, name: string, work: () => Promise<Done>): Promise<void> {
  const startedMs = performance.now()
  const done = await work()
  events.step(name, done, performance.now() - startedMs)
}
