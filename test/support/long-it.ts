import { it } from 'vitest'

/** A long run (`npm run test:long`) takes every case of a suite, the test command its telling ones. */
export const isLong = process.env.MONTANA_LONG === '1'

type Case = (name: string, run: () => Promise<void>, timeoutMs?: number) => void

/** A case of long runs only: the file `<suite>.long.test.ts` brings it. */
export const longIt: Case = isLong ? it : () => {}
