import { UsageError } from '@montana/foundation'
import type { Finding } from '../register/schema.js'
import { FORMER_BUGS } from './catalogue.js'
import type { FormerBug, Refound } from './former-bug.js'
import { refindBySeed } from './simulation.js'
import { type CaseCounts, runCases } from './test-run.js'

/** Puts the former code of a finding back and runs what finds it; then the same over the product of today. */
export async function refind({ id, refind }: Finding, signal?: AbortSignal): Promise<Refound> {
  const bug = bugOf(id)
  if (refind.kind === 'simulation') return await refindBySeed(bug, refind)
  if (refind.kind === 'test') return await refindByCase(bug, refind, signal)
  throw new UsageError(`${id} is not found again: ${refind.reason}`)
}

async function refindByCase(
  bug: FormerBug,
  test: { file: string; name: string },
  signal?: AbortSignal,
): Promise<Refound> {
  const before = await runCases(test, bug.patches, signal)
  const today = await runCases(test, [], signal)
  const isSound = today.failed === 0 && today.passed > 0
  return {
    id: bug.id,
    by: `case '${test.name}' of ${test.file}`,
    noticed: noticedBy(before, bug.expects),
    wrongToday: isSound ? undefined : (today.whys[0] ?? 'no case of this name passes'),
  }
}

/** A case that fails in another way fails for another reason: an error of the patch, or a host that is busy. */
export function noticedBy({ failed, whys }: CaseCounts, expects: string | undefined): Refound['noticed'] {
  if (failed === 0) return undefined
  const own = whys.find((why) => expects !== undefined && why.includes(expects))
  return { what: own ?? whys[0] ?? 'failed', isExpected: own !== undefined }
}

export function isRefound({ noticed, wrongToday }: Refound): boolean {
  return noticed?.isExpected === true && wrongToday === undefined
}

export function bugOf(id: string): FormerBug {
  const bug = FORMER_BUGS.find((one) => one.id === id)
  if (!bug)
    throw new UsageError(`${id} has no former code to put back; one of ${FORMER_BUGS.map((one) => one.id).join(', ')}`)
  return bug
}
