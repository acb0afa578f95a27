import { canonicalJson } from '@montana/foundation'
import type { HostDocument } from './form.js'

/**
 * What the old key of a host signs when it hands over to a new one: "montana-host-rotation" ‖ 0x00 ‖ JCS of network,
 * name, both keys and the end of the overlap. Spec three-mirror 11.3.
 */
export function rotationBytes(
  network: string,
  host: Pick<HostDocument, 'name' | 'key_type' | 'public_key'>,
  previous: { readonly public_key: string; readonly valid_until: string },
): Uint8Array {
  const { name, key_type, public_key } = host
  const { public_key: previous_public_key, valid_until } = previous
  const facts = canonicalJson({ network, name, key_type, public_key, previous_public_key, valid_until })
  return new TextEncoder().encode(`montana-host-rotation\0${facts}`)
}
