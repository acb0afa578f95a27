import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { requireIds } from '../host/accounts.js'
import { PATHS, within } from '../host/layout.js'
import { readIfThere, writeOwned } from '../host/owned.js'
import type { OnboardOptions } from '../options.js'
import type { Action } from '../step.js'

const recordForm = z.object({
  schema: z.literal('montana.onboard/1'),
  label: z.string(),
  /** Where the words were written when the identity was made, whatever the root; null: to a terminal, or it was restored. */
  words_file: z.string().nullable(),
})

/** What only onboarding knows and removal needs. */
export type OnboardRecord = z.infer<typeof recordForm>

export function recordAction({
  root,
  label,
  mnemonicOut,
}: Pick<OnboardOptions, 'root' | 'label' | 'mnemonicOut'>): Action {
  const path = within(root, PATHS.record)
  const record: OnboardRecord = {
    schema: 'montana.onboard/1',
    label,
    words_file: mnemonicOut === undefined ? null : resolve(mnemonicOut),
  }
  return {
    what: `write ${PATHS.record}`,
    run: async () => {
      const owner = { ...(await requireIds(root, 'root')), mode: 0o644 }
      await writeOwned(path, `${JSON.stringify(record, null, 2)}\n`, owner)
    },
    undo: async () => await rm(path, { force: true }),
  }
}

/** Undefined where there is none, or one that is not ours. */
export async function readRecord(root: string): Promise<OnboardRecord | undefined> {
  const bytes = await readIfThere(within(root, PATHS.record))
  if (!bytes) return undefined
  try {
    return recordForm.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}
