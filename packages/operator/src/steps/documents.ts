import { lchown, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSource } from '@montana/fleet'
import { ConfigError } from '@montana/foundation'
import { DEFAULT_STATUS_PORT } from '@montana/node/settings'
import { parse, stringify } from 'yaml'
import { requireIds } from '../host/accounts.js'
import { PATHS, within } from '../host/layout.js'
import { readIfThere } from '../host/owned.js'
import type { Inputs } from '../inputs.js'
import type { OnboardOptions } from '../options.js'
import type { Action, Step } from '../step.js'
import { isSame, putFile, type WantedFile } from './files.js'

const PUBLIC = { mode: 0o644, owner: 'root' } as const

/** Trust root, genesis, manifest and the two configurations. The trust root is pinned: another one is never put in its place. */
export function documentsStep(options: OnboardOptions, inputs: Inputs): Step {
  const { root } = options
  return {
    name: 'documents',
    look: async () => {
      const actions: Action[] = []
      for (const file of pinnedFiles(options, inputs)) actions.push(...(await pin(root, file)))
      actions.push(...(await lookAtConfig(root, PATHS.nodeConfig, nodeConfig(options))))
      actions.push(...(await lookAtConfig(root, PATHS.fleetConfig, fleetConfig(options, inputs))))
      actions.push(...(await lookAtManifest(root, inputs)))
      const { version, not_after, peers } = inputs.manifest.document
      const isAlone = sourcesBeyond(options).length === 0 && !(await readIfThere(within(root, PATHS.fleetConfig)))
      const alone = isAlone ? ', and no source of newer ones beyond this host (--source)' : ''
      return {
        found: `manifest version ${version} of ${inputs.trust.network}, ${peers.length} peers, until ${not_after}${alone}`,
        actions,
      }
    },
  }
}

function pinnedFiles({ releaseKey }: OnboardOptions, { operators, genesisText }: Inputs): WantedFile[] {
  return [
    { path: PATHS.operators, data: operators, ...PUBLIC },
    { path: PATHS.genesis, data: genesisText, ...PUBLIC },
    { path: PATHS.releaseKey, data: releaseKey, ...PUBLIC },
  ]
}

async function pin(root: string, file: WantedFile): Promise<Action[]> {
  if (await isSame(root, file)) return []
  if (!(await readIfThere(within(root, file.path)))) return [await putFile(root, file)]
  throw new ConfigError(`${file.path} is there already and another one`, {
    code: 'PINNED_DIFFERS',
    field: file.path,
    remedy: 'leave the option out to keep it; montana uninstall ends the membership in its mesh',
  })
}

/** Put in force where the sync job keeps it, and copied to where the first one stands. */
async function lookAtManifest(root: string, inputs: Inputs): Promise<Action[]> {
  if (!inputs.isNewManifest) return []
  const isFirst = !(await readIfThere(within(root, PATHS.manifest)))
  return [
    await putFile(root, { path: PATHS.firstManifest, data: inputs.manifest.bytes, ...PUBLIC }),
    {
      what: `write ${PATHS.manifest}`,
      run: async (signal) => {
        await inputs.adoptManifest(signal)
        await giveTo(root, 'montana-fleet')
      },
      undo: async () => {
        if (isFirst) await removeDocuments(root)
      },
    },
  ]
}

const DOCUMENT = /^manifest\./

/** What root has written there belongs to the job. Links are not followed: the job could make one that leads out. */
async function giveTo(root: string, owner: 'montana-fleet'): Promise<void> {
  const { uid, gid } = await requireIds(root, owner)
  for (const path of await documentsIn(root)) await lchown(path, uid, gid)
}

async function removeDocuments(root: string): Promise<void> {
  for (const path of await documentsIn(root)) await rm(path, { force: true })
}

async function documentsIn(root: string): Promise<string[]> {
  const folder = within(root, PATHS.fleet)
  const names = await readdir(folder)
  return names.filter((name) => DOCUMENT.test(name)).map((name) => join(folder, name))
}

type Settings = Readonly<Record<string, unknown>>

function nodeConfig({ label, listen, openMesh }: OnboardOptions): Settings {
  return {
    dataDir: PATHS.state,
    genesis: PATHS.genesis,
    genesisManifest: PATHS.manifest,
    operators: PATHS.operators,
    listen,
    label,
    ...(openMesh && { openMesh }),
  }
}

/**
 * A sync job needs two sources: beside those that were named, the file that onboarding left, which an operator may
 * replace, and what this node hears from its peers.
 */
function fleetConfig(options: OnboardOptions, { trust }: Inputs): Settings {
  const local = [PATHS.firstManifest, `status:http://127.0.0.1:${DEFAULT_STATUS_PORT}`]
  const all = new Set([...sourcesBeyond(options), ...local])
  const { network } = trust
  return { network, operators: PATHS.operators, genesis: PATHS.genesis, state: PATHS.fleet, sources: [...all] }
}

/** Where newer manifests may be had; what is on this host only repeats what it has. */
function sourcesBeyond({ manifest, sources }: OnboardOptions): string[] {
  return manifest !== undefined && isAskedAnew(manifest) ? [...sources, manifest] : [...sources]
}

/** Once is not for ever: the sync job asks no plain http beyond this host. */
function isAskedAnew(origin: string): boolean {
  try {
    return /^https?:/.test(origin) && parseSource(origin, 'manifest').text === origin
  } catch {
    return false
  }
}

/** What an operator has written stays. Throws ConfigError where it contradicts what this run was told. */
async function lookAtConfig(root: string, path: string, wanted: Settings): Promise<Action[]> {
  const found = await readIfThere(within(root, path))
  if (!found) return [await putFile(root, { path, data: stringify(wanted), ...PUBLIC })]
  const installed = (parse(new TextDecoder().decode(found)) ?? {}) as Settings
  const contradicted = Object.keys(wanted).find((key) => key !== 'sources' && installed[key] !== wanted[key])
  if (contradicted === undefined) return []
  const message = `${path} says ${contradicted}: ${installed[contradicted]}, this run was told ${wanted[contradicted]}`
  throw new ConfigError(message, {
    code: 'CONFIG_DIFFERS',
    field: contradicted,
    remedy: `edit ${path}, or give the same`,
  })
}
