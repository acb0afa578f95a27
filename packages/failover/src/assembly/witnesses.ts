import type { RegistryWatch } from '@montana/fleet'
import { witnessTimes } from '../config/bounds/witness-times.js'
import type { GroupConfig } from '../config/types.js'
import { createHttpWitness } from '../witness/http-witness.js'
import { validKeys } from '../witness/serve.js'
import type { Witness } from '../witness/types.js'

/** The witnesses of a group, with the keys that the registry has at each call. */
export function createWitnesses(config: GroupConfig, registry: RegistryWatch): Witness[] {
  const keysOf = validKeys(registry)
  return config.witnesses.map((witness) => {
    const { stalenessMs } = witnessTimes(witness, config)
    if (witness.kind !== 'http') throw new RangeError('not yet')
    const { name, url } = witness
    const witnessKey = () => registry.current().witness(name)?.publicKey
    return createHttpWitness({ name, url, group: config.group, stalenessMs }, { witnessKey, keysOf })
  })
}
