import { z } from 'zod'
import type { Breach } from './types.js'

const versions = z.record(z.string(), z.string()).optional()
const manifestSchema = z.looseObject({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
  peerDependencies: versions,
  overrides: z.record(z.string(), z.unknown()).optional(),
  scripts: versions,
})

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/
/** What npm runs by itself while it installs. */
const AT_INSTALL = ['preinstall', 'install', 'postinstall', 'prepare']

/** A package.json of ours: exact versions only, and nothing that runs by itself. */
export function manifestBreaches(file: string, text: string): Breach[] {
  const manifest = manifestSchema.parse(JSON.parse(text))
  const wanted = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const
  const versions = [
    ...wanted.flatMap((section) => Object.entries(manifest[section] ?? {})),
    ...leaves(manifest.overrides),
  ]
  const loose = versions.filter(([, version]) => !EXACT.test(version))
  const scripts = AT_INSTALL.filter((name) => manifest.scripts?.[name] !== undefined)
  return [
    ...loose.map(([name, version]): Breach => {
      return { rule: 'pin', where: `${file} ${name}`, what: `asks for ${version}`, remedy: 'write one exact version' }
    }),
    ...scripts.map((name): Breach => {
      return { rule: 'script', where: file, what: `has a script ${name}`, remedy: 'let scripts/run.mjs do it' }
    }),
  ]
}

/** Overrides may stand within each other. */
function leaves(value: Readonly<Record<string, unknown>> = {}): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => {
    const isNested = typeof inner === 'object' && inner !== null
    return isNested ? leaves(inner as Record<string, unknown>) : [[name, String(inner)]]
  })
}
