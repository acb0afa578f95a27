import { chmod, lstat, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConfigError, errorCode, errorMessage, syncDirectory } from '@montana/foundation'
import { z } from 'zod'
import { PATHS, within } from '../host/layout.js'
import { find } from '../host/owned.js'
import { mustRun, runProgram } from '../host/run.js'
import type { OnboardOptions } from '../options.js'
import type { Action, Step } from '../step.js'

const ID_DIGITS = 12
/** Beside the product: what it is, and what it consists of. */
const DESCRIPTIONS = ['RELEASE.json', 'sbom.spdx.json']
const description = z.object({
  schema: z.literal('montana.release/1'),
  version: z.string().regex(/^[0-9A-Za-z.+-]{1,64}$/),
  app_sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** Puts the verified release where releases lie and makes it the active one; another active one is not replaced here. */
export function releaseStep({ root, staged }: Pick<OnboardOptions, 'root' | 'staged'>): Step {
  return {
    name: 'release',
    look: async () => {
      const name = await releaseName(staged)
      const active = await activeRelease(root)
      if (active !== undefined && active !== name) throw otherActive(active, name)
      const isThere = (await find(within(root, join(PATHS.releases, name)))) !== undefined
      const actions = [
        ...(isThere ? [] : [place(root, staged, name)]),
        ...(await lookAtLink(root, PATHS.current, join('releases', name))),
        ...(await lookAtLink(root, PATHS.command, join(PATHS.current, 'bin/montana'))),
      ]
      return { found: isThere ? `release ${name} in place` : `release ${name}, not installed`, actions }
    },
  }
}

async function releaseName(staged: string): Promise<string> {
  const text = await readFile(join(staged, 'RELEASE.json'), 'utf8')
  const { version, app_sha256 } = description.parse(JSON.parse(text))
  return `${version}-${app_sha256.slice(0, ID_DIGITS)}`
}

/** Name of the release that `current` points at. */
export async function activeRelease(root: string): Promise<string | undefined> {
  const target = await readlink(within(root, PATHS.current)).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new ConfigError(`${PATHS.current}: ${errorMessage(error)}`, {
      code: 'FOREIGN_INSTALL',
      remedy: 'move it away',
    })
  })
  return target === undefined ? undefined : basename(target)
}

function otherActive(active: string, name: string): ConfigError {
  return new ConfigError(`release ${active} is active, this bundle is ${name}`, {
    code: 'OTHER_RELEASE',
    remedy: 'run montana upgrade with this bundle, which keeps a way back',
  })
}

function place(root: string, staged: string, name: string): Action {
  const target = within(root, join(PATHS.releases, name))
  const partial = `${target}.partial`
  return {
    what: `install ${join(PATHS.releases, name)}`,
    run: async (signal) => {
      await rm(partial, { recursive: true, force: true })
      await copyTree(staged, partial, signal)
      await openToServices(partial)
      // Durable before its name is: a second run takes what has the name for whole.
      await mustRun('sync', ['-f', partial], signal)
      await rename(partial, target)
      await syncDirectory(dirname(target))
    },
    undo: async () => {
      for (const path of [partial, target]) await rm(path, { recursive: true, force: true })
    },
  }
}

/** The script keeps what it unpacks to itself; a node reads there which release it is. */
async function openToServices(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const name of DESCRIPTIONS) await chmod(join(folder, name), 0o644).catch(unlessMissing)
}

function unlessMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error
}

/** By hard links where both lie on one file system, else by copying: the process that does it goes on running from `from`. */
async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  const linked = await runProgram('cp', ['-al', '--', from, to], signal)
  if (linked.code === 0) return
  await rm(to, { recursive: true, force: true })
  await mustRun('cp', ['-a', '--', from, to], signal)
}

async function lookAtLink(root: string, path: string, target: string): Promise<Action[]> {
  const link = within(root, path)
  const found = await lstat(link).catch(() => undefined)
  if (found?.isSymbolicLink() && (await readlink(link)) === target) return []
  if (found) {
    const remedy = 'move it away, or remove the installation it belongs to'
    throw new ConfigError(`${path} is there already and not ours`, { code: 'FOREIGN_INSTALL', field: path, remedy })
  }
  const run = async () => {
    await symlink(target, link)
    await syncDirectory(dirname(link))
  }
  return [{ what: `link ${path}`, run, undo: async () => await rm(link, { force: true }) }]
}
