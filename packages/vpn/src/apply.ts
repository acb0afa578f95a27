import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage, makeDirectory, writeFileDurably } from '@montana/foundation'
import { VpnError } from './errors.js'
import type { KeyFile } from './key/file.js'
import { compareConfig, type Difference, isEqual } from './wg/compare.js'
import type { WgInterface } from './wg/program.js'
import { renderConfig } from './wg/render.js'
import type { WantedConfig } from './wg/types.js'

const SECRET_MODE = 0o600
const FOLDER_MODE = 0o700
/** Hold private keys while a run lasts. */
const RENDERED = 'apply.conf'
const BEFORE = 'before.conf'

export interface ApplyInput {
  readonly wanted: WantedConfig
  /** Its public half is the wanted one. */
  readonly key: KeyFile
  /** Folder for files with secrets, 0700, of this job alone: removed after each run with all that is in it. */
  readonly workDir: string
  /** Exactly this configuration was applied last. */
  readonly isAppliedLast: boolean
}

export interface Applied {
  /** What was different before; all empty: nothing was done. */
  readonly difference: Difference
  readonly isChanged: boolean
}

/**
 * Makes the interface what is wanted, if it is not: render, `wg syncconf`, read back, compare. Throws VPN_NOT_APPLIED when
 * it did not become so; the configuration before is back then. Spec operations 12.2.
 */
export async function applyConfig(input: ApplyInput, wg: WgInterface, signal: AbortSignal): Promise<Applied> {
  const { wanted, isAppliedLast, workDir } = input
  await clearWork(workDir)
  const difference = compareConfig(wanted, await wg.read(signal), isAppliedLast)
  if (isEqual(difference)) return { difference, isChanged: false }
  await makeDirectory(workDir, FOLDER_MODE)
  try {
    const before = await writeSecretFile(workDir, BEFORE, await wg.readConfig(signal))
    const rendered = await writeSecretFile(workDir, RENDERED, renderConfig(wanted, await input.key.privateKey()))
    await change(wanted, { before, rendered }, wg, signal)
    return { difference, isChanged: true }
  } finally {
    await clearWork(workDir)
  }
}

/** What a killed run left there has secrets too. */
export async function clearWork(workDir: string): Promise<void> {
  await rm(workDir, { recursive: true, force: true })
}

async function change(
  wanted: WantedConfig,
  files: { readonly before: string; readonly rendered: string },
  wg: WgInterface,
  signal: AbortSignal,
): Promise<void> {
  try {
    await wg.sync(files.rendered, signal)
    // A peer may have moved in this very moment.
    const left = compareConfig(wanted, await wg.read(signal), true)
    if (!isEqual(left)) throw new Error(`read back: ${describe(left)}`)
  } catch (cause) {
    await restore(files.before, wg, cause)
    const message = `the interface did not take the roster (${errorMessage(cause)}); it is as before`
    throw new VpnError('VPN_NOT_APPLIED', message, { cause, remedy: 'run montana vpn sync by hand and read its error' })
  }
}

/** Also where the run was stopped in between: half of a change must not stay. */
async function restore(before: string, wg: WgInterface, cause: unknown): Promise<void> {
  try {
    await wg.sync(before, new AbortController().signal)
  } catch (error) {
    const message = `the interface did not take the roster (${errorMessage(cause)}), nor the configuration before (${errorMessage(error)})`
    const remedy = 'restart the interface, then run montana vpn sync'
    throw new VpnError('VPN_NOT_RESTORED', message, { cause, remedy })
  }
}

async function writeSecretFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFileDurably(path, text, SECRET_MODE)
  return path
}

function describe({ interface: fields, add, remove, change: changed }: Difference): string {
  const counts = [`${add.length} peers missing`, `${remove.length} too many`, `${changed.length} otherwise`]
  return [...fields.map((field) => `${field} otherwise`), ...counts].join(', ')
}
