import { describe, expect, it } from 'vitest'
import { refind } from '../../dist/refind/refind.js'
import { loadRegister } from '../../dist/register/load.js'
import type { Finding } from '../../dist/register/schema.js'

/** What is found again in few seconds, for the test command; the long run has all. */
export const QUICK: ReadonlySet<string> = new Set(['SIM-1', 'SIM-2'])

const TIMEOUT_MS = 300_000

/** With its former code back a finding is noticed, by the invariant that the register names; today's product passes. */
export function describeRefound(isWanted: (id: string) => boolean): void {
  describe('former bugs, put back', () => {
    for (const finding of loadRegister().findings) {
      if (finding.refind.kind === 'none' || !isWanted(finding.id)) continue
      it(`${finding.id}: ${finding.title}`, { timeout: TIMEOUT_MS }, async () => await expectRefound(finding))
    }
  })
}

async function expectRefound(finding: Finding): Promise<void> {
  const { noticed, wrongToday } = await refind(finding)
  expect(noticed).toMatchObject({ isExpected: true })
  if (finding.refind.kind === 'simulation') expect(noticed?.invariant).toBe(finding.refind.invariant)
  expect(wrongToday).toBeUndefined()
}
