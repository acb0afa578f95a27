import sodium from 'libsodium-wrappers'

/** Seals for a public key in base64 with the library that GitHub names in its documentation. */
export async function seal(key: string, value: string | Uint8Array): Promise<string> {
  await sodium.ready
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.from(sodium.crypto_box_seal(bytes, Buffer.from(key, 'base64'))).toString('base64')
}
