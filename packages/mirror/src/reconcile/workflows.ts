import type { Manifest, Role, WorkflowRoles } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { Contents, WorkflowControl, WorkflowState } from '../contracts/provider.js'

export interface WorkflowReport {
  readonly file: string
  readonly expected: 'active' | 'disabled'
  /** `absent`: not listed. */
  readonly actual: WorkflowState | 'absent'
}

export interface WorkflowsInit {
  readonly control: WorkflowControl
  /** Tells a file that is not there from one that is not listed yet. */
  readonly contents: Contents
  readonly manifest: Pick<Manifest, 'workflows'>
  readonly role: Role
  /** Reads and compares, changes nothing. */
  readonly dryRun?: boolean
}

const COLUMN = { MASTER: 'primary', SLAVE: 'replica', TEMPORARY_MASTER: 'temporary' } as const
const FOLDER = '.github/workflows'

/** Spec repository-mirror 8.3. */
export function expectedState(workflow: WorkflowRoles, role: Role): 'active' | 'disabled' {
  return workflow[COLUMN[role]] ? 'active' : 'disabled'
}

export function isAsExpected({ expected, actual }: Pick<WorkflowReport, 'expected' | 'actual'>): boolean {
  return (actual === 'active') === (expected === 'active')
}

/**
 * Sets the states that the role asks for, what has to stop before what has to start, and reads them back.
 * READBACK_MISMATCH names what is otherwise. Spec repository-mirror 8.2, 8.3.
 */
export async function reconcileWorkflows(init: WorkflowsInit, signal: AbortSignal): Promise<readonly WorkflowReport[]> {
  const read = () => readWorkflows(init.control, init.manifest, init.role, signal)
  const before = await read()
  if (init.dryRun) return before
  for (const report of stopsFirst(before)) await settle(init, report, signal)
  const after = await read()
  const otherwise = after.filter((report) => !isAsExpected(report))
  if (otherwise.length > 0) throw mismatch(otherwise)
  return after
}

/** What is, beside what should be. */
export async function readWorkflows(
  control: WorkflowControl,
  manifest: Pick<Manifest, 'workflows'>,
  role: Role,
  signal: AbortSignal,
): Promise<readonly WorkflowReport[]> {
  const listed = await control.list(signal)
  const present = new Map(listed.filter(({ state }) => state !== 'deleted').map((each) => [each.file, each.state]))
  return manifest.workflows.map((workflow) => ({
    file: workflow.file,
    expected: expectedState(workflow, role),
    actual: present.get(workflow.file) ?? 'absent',
  }))
}

function stopsFirst(reports: readonly WorkflowReport[]): readonly WorkflowReport[] {
  const isStop = ({ expected }: WorkflowReport) => expected === 'disabled'
  return [...reports.filter(isStop), ...reports.filter((report) => !isStop(report))]
}

/** A file that is there and not listed will be listed soon, and active then: it is waited for. */
async function settle(init: WorkflowsInit, report: WorkflowReport, signal: AbortSignal): Promise<void> {
  const { file, expected, actual } = report
  const isGone = async () => (await init.contents.file(`${FOLDER}/${file}`, null, signal)) === null
  if (actual === 'absent' ? await isGone() : isAsExpected(report)) return
  await init.control.set(file, expected === 'active', signal)
}

function mismatch(otherwise: readonly WorkflowReport[]): MirrorError {
  const list = otherwise.map(({ file, expected, actual }) => `${file} should be ${expected} and is ${actual}`)
  return new MirrorError('READBACK_MISMATCH', list.join('; '), {
    remedy: 'Push the workflow files to the default branch of the target and see that Actions are on there.',
  })
}
