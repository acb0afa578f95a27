import { resolve } from 'node:path'
import { documentDigest, MANIFEST_KIND, type ManifestDocument, parseDocument } from '@montana/fleet'
import { ConfigError } from '@montana/foundation'
import { parse, stringify } from 'yaml'
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
      actions.push(...(await lookAtManifest(root, inputs)))
      actions.push(...(await lookAtConfig(root, PATHS.nodeConfig, nodeConfig(options))))
      actions.push(...(await lookAtConfig(root, PATHS.fleetConfig, fleetConfig(options, inputs))))
      const { version, not_after, peers } = inputs.manifest.document
      return {
        found: `manifest version ${version} of ${inputs.trust.network}, ${peers.length} peers, until ${not_after}`,
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

/** The newer of the two stays; the node and the sync job read the one of the fleet. */
async function lookAtManifest(root: string, { manifest }: Inputs): Promise<Action[]> {
  const installed = await readIfThere(within(root, PATHS.manifest))
  if (installed && !isNewer(manifest.document, parseDocument(installed, MANIFEST_KIND).document)) return []
  return [
    await putFile(root, { path: PATHS.firstManifest, data: manifest.bytes, ...PUBLIC }),
    await putFile(root, { path: PATHS.manifest, data: manifest.bytes, mode: 0o644, owner: 'montana-fleet' }),
  ]
}

/** Throws ConfigError for two documents under one version: spec operations 11.2. */
function isNewer(given: ManifestDocument, installed: ManifestDocument): boolean {
  if (given.version !== installed.version || documentDigest(given) === documentDigest(installed)) {
    return given.version > installed.version
  }
  throw new ConfigError(`two manifests of version ${given.version} are signed and differ`, {
    code: 'DOC_EQUIVOCATION',
    field: 'manifest',
    remedy: 'ask the operators which is theirs, and for a higher version',
  })
}

type Settings = Readonly<Record<string, unknown>>

function nodeConfig({ label, listen, openMesh }: OnboardOptions): Settings {
  return {
    dataDir: PATHS.state,
    genesis: PATHS.genesis,
    genesisManifest: PATHS.manifest,
    listen,
    label,
    ...(openMesh && { openMesh }),
  }
}

function fleetConfig({ manifest, sources }: OnboardOptions, { trust }: Inputs): Settings {
  const given = manifest === undefined || /^https?:/.test(manifest) ? manifest : resolve(manifest)
  const all = [...new Set([...sources, ...(given === undefined ? [] : [given])])]
  return { network: trust.network, operators: PATHS.operators, state: PATHS.fleet, sources: all }
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
