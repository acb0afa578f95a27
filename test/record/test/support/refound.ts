import { describe, expect, type it } from 'vitest'
import { FORMER_BUGS } from '../../dist/refind/catalogue.js'
import { refind } from '../../dist/refind/simulation.js'
import { loadRegister } from '../../dist/register/load.js'

/** Former bugs that are cheap to find again, for the test command; the long run has all. */
export const QUICK: ReadonlySet<string> = new Set(['SIM-1'])

const TIMEOUT_MS = 300_000

/** The bug put back is noticed at its seed by the invariant that the register names; the sound engine passes there. */
export function describeRefound(isWanted: (id: string) => boolean, run: typeof it): void {
  const seeded = loadRegister().findings.flatMap(({ id, title, refind }) =>
    refind.kind === 'simulation' && isWanted(id) ? [{ id, title, ...refind }] : [],
  )
  describe('former bugs of the engine, put back', () => {
    for (const { id, title, seed, invariant } of seeded) {
      run(`${id}, seed ${seed}: ${title}`, { timeout: TIMEOUT_MS }, async () => {
        const bug = FORMER_BUGS.find((one) => one.id === id)
        if (!bug) throw new Error(`${id} has no former code in the catalogue`)
        const { withBug, without } = await refind(bug, seed)
        expect(withBug?.invariant).toBe(invariant)
        expect(without).toBeUndefined()
      })
    }
  })
}
