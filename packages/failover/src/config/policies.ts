import { PRESETS, type PresetName } from './presets.js'
import type { Document } from './read.js'
import { policySchema } from './schema.js'

type Policy = Document['policies'][string]
export type PolicyWithChain = Policy & { readonly chain: readonly string[] }

/** Those of the preset and those of the file; what the file says wins. Never shares a list with either. */
export function policyChains(
  preset: PresetName,
  explicit: Readonly<Record<string, Policy>>,
): Readonly<Record<string, PolicyWithChain>> {
  const chains: Readonly<Record<string, readonly string[]>> = PRESETS[preset]
  const names = [...new Set([...Object.keys(chains), ...Object.keys(explicit)])]
  return Object.fromEntries(
    names.map((name) => {
      const policy = explicit[name] ?? policySchema.parse({})
      return [name, { ...policy, chain: [...(policy.chain ?? chains[name] ?? [])] }]
    }),
  )
}
