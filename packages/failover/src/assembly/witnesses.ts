import { join } from 'node:path'
import { type RegistryWatch, validKeys } from '@montana/fleet'
import { witnessTimes } from '../config/bounds/witness-times.js'
import { GIT_OPERATION_MS } from '../config/constants.js'
import type { GroupConfig, WitnessConfig } from '../config/types.js'
import { createGitWitness } from '../witness/git-witness.js'
import { createHttpWitness } from '../witness/http-witness.js'
import type { Witness } from '../witness/types.js'

/** The witnesses of a group, with the keys that the registry has at each call; `folder` is for what git needs. */
export function createWitnesses(config: GroupConfig, registry: RegistryWatch, folder: string): Witness[] {
  return config.witnesses.map((witness) => createWitness(witness, config, registry, folder))
}

function createWitness(witness: WitnessConfig, config: GroupConfig, registry: RegistryWatch, folder: string): Witness {
  const { name } = witness
  const { stalenessMs } = witnessTimes(witness, config)
  const shared = { name, group: config.group, stalenessMs }
  const keysOf = validKeys(registry)
  if (witness.kind === 'http') {
    const witnessKey = () => registry.current().witness(name)?.publicKey
    return createHttpWitness({ ...shared, url: witness.url }, { witnessKey, keysOf })
  }
  const { repository: clone, remote } = witness
  const options = { ...shared, clone, remote, folder: join(folder, `${name}.git`), timeoutMs: GIT_OPERATION_MS }
  return createGitWitness(options, { keysOf })
}
