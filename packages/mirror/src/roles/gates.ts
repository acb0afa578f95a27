import type { Manifest, Role } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { VariableStore } from '../contracts/provider.js'

/** Writes one variable and believes only what is read back. Throws MirrorError READBACK_MISMATCH. Spec 8.2. */
export async function writeAndReadBack(
  variables: VariableStore,
  name: string,
  value: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await variables.get(name, signal)) === value) return
  await variables.put(name, value, signal)
  const found = await variables.get(name, signal)
  if (found === value) return
  throw new MirrorError('READBACK_MISMATCH', `the variable ${name} does not hold what was written`, {
    field: name,
    remedy: 'look who else writes it; until it holds, nothing further is done to this repository',
  })
}

/** Effects become real or fake. `live` values that the primary had win over those of the manifest. Spec 3.3. */
export async function setGates(
  variables: VariableStore,
  { gates }: Manifest,
  to: { readonly kind: 'inert' } | { readonly kind: 'live'; readonly had: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  for (const { name, inert, live } of gates) {
    const value = to.kind === 'inert' ? inert : (to.had[name] ?? live)
    await writeAndReadBack(variables, name, value, signal)
  }
}

export async function setRole(variables: VariableStore, role: Role, signal: AbortSignal): Promise<void> {
  await writeAndReadBack(variables, 'MIRROR_ROLE', role, signal)
}
