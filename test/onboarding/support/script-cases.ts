import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleOf, file, OTHER_KEY } from '../../../packages/release/test/support/bundles.js'
import { StandIn } from './stand-in.js'
import { difference } from './tree.js'

const SEED = 9
const LAST_BYTES = 64
const TIMEOUT_MS = 600_000

/** The onboarding script itself, on bundles of a few kilobytes. `count`: of random cuts, and of damaged bundles. */
export function describeScript({ cuts, damaged }: { readonly cuts: number; readonly damaged: number }): void {
  describe('the onboarding script', () => {
    let stand: StandIn
    let folder: string
    const random = seededRandom(SEED)

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'montana-script-'))
      stand = new StandIn(folder)
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    /** Runs it and says what that changed. */
    const changesOf = (script: Uint8Array, bundle: Uint8Array, isPiped = false) => {
      const before = stand.tree()
      const { status, stderr } = stand.run(script, bundle, isPiped)
      return { changes: difference(before, stand.tree()), status, stderr }
    }

    it('installs what is signed, whole: as a file and through a pipe', () => {
      for (const isPiped of [false, true]) {
        const { changes, status, stderr } = changesOf(stand.script, stand.bundle, isPiped)
        expect([status, stderr]).toEqual([0, ''])
        expect(changes).toEqual(['+onboarded'])
        rmSync(join(stand.root, 'onboarded'))
      }
    })

    it(
      `does nothing when it was cut: ${cuts} random bytes and each of the last ${LAST_BYTES}`,
      () => {
        const { length } = stand.script
        const last = Array.from({ length: LAST_BYTES }, (_, index) => length - 1 - index)
        const places = [...Array.from({ length: cuts }, () => Math.floor(random.next() * length)), ...last]
        for (const place of places) {
          const { changes } = changesOf(stand.script.subarray(0, place), stand.bundle, place % 2 === 0)
          expect({ place, changes }).toEqual({ place, changes: [] })
        }
      },
      TIMEOUT_MS,
    )

    it(
      `installs nothing of a bundle that is not what was signed: ${damaged} of ${damaged}`,
      () => {
        for (let number = 0; number < damaged; number++) {
          const bundle = Buffer.from(stand.bundle)
          const at = Math.floor(random.next() * bundle.length)
          bundle[at] = (bundle[at] ?? 0) ^ (1 << Math.floor(random.next() * 8))
          const { changes, status } = changesOf(stand.script, bundle)
          expect({ at, changes, status }).toEqual({ at, changes: [], status: 78 })
        }
      },
      TIMEOUT_MS,
    )

    it('refuses the bundle of another key, one that was cut, and one whose runtime it does not know', () => {
      const app = [file('bin/montana', '#!/bin/sh\n', 0o755)]
      const runtime = [file('runtime/bin/node', '#!/bin/sh\nexit 0\n', 0o755)]
      const wrong = {
        'another key': resigned(stand),
        cut: stand.bundle.subarray(0, stand.bundle.length - 1024),
        'another runtime': bundleOf({ app, runtime }),
      }
      for (const [name, bundle] of Object.entries(wrong)) {
        const { changes, status, stderr } = changesOf(stand.script, bundle)
        expect({ name, changes, status }).toEqual({ name, changes: [], status: 78 })
        expect(stderr).toMatch(/^error: .*; /)
      }
    })

    it('says so where it is the template, and ends before its last byte could be missing', () => {
      expect(stand.script.at(-1)).toBe('}'.charCodeAt(0))
      const { status, stderr } = stand.run(stand.template, stand.bundle)
      expect(status).toBe(78)
      expect(stderr).toContain('template')
    })

    it('refuses an option that it does not know, with code 2', () => {
      const { status, stderr } = stand.run(stand.script, stand.bundle, false, ['--mnemonic', 'x'])
      expect(status).toBe(2)
      expect(stderr).toContain("unknown option '--mnemonic'")
    })
  })
}

/** The same runtime and product, signed by somebody else. */
function resigned({ contents }: StandIn): Buffer {
  return bundleOf(contents, OTHER_KEY)
}
