import { ConfigError } from '@montana/foundation'
import { StoreError } from '@montana/store'
import { readHead, storeFolder, storeImage } from '../samples/store-image.js'
import { REFUSED, refusing, targetOf } from './codec-target.js'
import { Breach, type Target } from './target.js'

/** Where, and what is added to the byte there: u32, u8. */
const PATCH_BYTES = 5
const PATCHES_MAX = 16
const errors = [StoreError, ConfigError]

/** A database some of whose bytes are others: what is read of its head is what was written, or nothing is. */
export function storeRows(): Target {
  const image = storeImage()
  const whole = readHead(storeFolder(image))
  const seeds = () => [new Uint8Array(), Uint8Array.of(0, 0, 1, 0, 1)]
  const common = { name: 'store/rows', seeds, maxBytes: PATCH_BYTES * PATCHES_MAX, maxMs: 1000 }
  return targetOf({ ...common, allocates: { base: 1_048_576, perByte: 64 } }, (input) => {
    const dir = storeFolder(patched(image, input))
    const read = refusing(errors, () => readHead(dir))
    if (read === REFUSED || read === undefined) return 'refused'
    if (read !== whole) throw new Breach('property', 'a damaged row was read as a sound one')
    return 'accepted'
  })
}

function patched(image: Uint8Array, input: Uint8Array): Uint8Array {
  const bytes = Buffer.from(image)
  const patches = Buffer.from(input)
  for (let at = 0; at + PATCH_BYTES <= patches.length; at += PATCH_BYTES) {
    const place = patches.readUInt32LE(at) % bytes.length
    bytes[place] = ((bytes[place] as number) + (patches[at + 4] as number)) & 0xff
  }
  return bytes
}
