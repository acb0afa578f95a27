import { createHmac } from 'node:crypto'
import { canonicalName } from '../decide/names.js'

/** Hex HMAC-SHA-256 over `name ‖ 0x00 ‖ value`: tells a change without keeping the value. Spec repository-mirror 4.1. */
export function nameMac(key: Uint8Array, name: string, value: string): string {
  return createHmac('sha256', key)
    .update(`${canonicalName(name)}\0${value}`)
    .digest('hex')
}
